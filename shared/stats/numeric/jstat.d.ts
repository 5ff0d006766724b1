/** jstat 1.9.6 carries no types; these are the functions distributions.ts uses. */
declare module "jstat" {
  const jstat: { jStat: { studentt: { inv(p: number, dof: number): number } } };
  export default jstat;
}
