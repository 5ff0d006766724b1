/** How the local stack's servers are reached: they take anybody, and real credentials have no business in a process on this machine. */
export const localAccess = {
  region: "us-east-1",
  credentials: { accessKeyId: "local", secretAccessKey: "local" },
};
