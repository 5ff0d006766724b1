/** jstat 1.9.6 carries no types; these are the functions distributions.ts uses. */
declare module "jstat" {
  const jstat: {
    jStat: {
      gammaln(x: number): number;
      normal: {
        cdf(x: number, mean: number, std: number): number;
        pdf(x: number, mean: number, std: number): number;
        inv(p: number, mean: number, std: number): number;
      };
    };
  };
  export default jstat;
}
