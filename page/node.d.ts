/** The two things of Node that vite.config.ts uses. Its own types are no small package. */
declare module "node:fs" {
  export function readFileSync(path: string): Uint8Array;
}
declare module "node:crypto" {
  interface Hash {
    update(part: string | Uint8Array): Hash;
    digest(form: "hex"): string;
  }
  export function createHash(name: string): Hash;
}
