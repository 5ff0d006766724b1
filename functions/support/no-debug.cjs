/** In the bundle of a function this stands in for the package `debug`, which writes to a terminal that Lambda has none of (infra/bundle.ts). */
module.exports = () => () => {};
