import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { defineConfig, type Plugin } from "vite";

const WORKER = "sheets-worker";

/** Tells the sheets' worker which files the page is made of, and gives the list a version that changes with them. */
function sheetsFiles(): Plugin {
  return {
    name: "sheets-files",
    generateBundle(_options, bundle) {
      const chunks = Object.values(bundle).filter((each) => each.type === "chunk");
      const worker = chunks.find((each) => each.name === WORKER);
      const first = chunks.find((each) => each.facadeModuleId?.endsWith("/sheets.html"));
      if (!worker || !first) throw new Error("the sheets' page or its worker is not in the bundle");
      if (worker.imports.length > 0) throw new Error("the sheets' worker has to be one file");
      const files = new Set<string>();
      const take = (name: string) => {
        const chunk = bundle[name];
        if (files.has(name) || chunk?.type !== "chunk") return;
        files.add(name);
        for (const css of chunk.viteMetadata?.importedCss ?? []) files.add(css);
        for (const other of chunk.imports) take(other);
      };
      take(first.fileName);
      const plain = ["favicon.svg", "theme.js"];
      const listed = [...[...files].sort(), ...plain].map((name) => `/static/${name}`);
      const hash = createHash("sha256").update(listed.join("\n")).update(readFileSync("sheets.html"));
      for (const name of plain) hash.update(readFileSync(`public/${name}`));
      const version = hash.digest("hex").slice(0, 16);
      const code = worker.code.replace(/["'`]__FILES__["'`]/, JSON.stringify(["/sheets/", ...listed])).replace("__VERSION__", version);
      if (!code.includes('["/sheets/"') || !code.includes(version)) throw new Error("the sheets' worker has no place for its list");
      worker.code = code;
    },
  };
}

export default defineConfig({
  base: "/static/",
  plugins: [sheetsFiles()],
  build: {
    outDir: "../src/waywarden/web/static",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    license: { fileName: "licences.md" },
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1400,
    rollupOptions: {
      input: {
        index: "index.html",
        road: "road.html",
        draw: "draw.html",
        check: "check.html",
        sheets: "sheets.html",
        [WORKER]: "src/sheets/worker.ts",
      },
      output: { entryFileNames: (chunk) => (chunk.name === WORKER ? "[name].js" : "assets/[name]-[hash].js") },
    },
  },
  server: { proxy: { "/api": "http://127.0.0.1:8040", "/keeps": "http://127.0.0.1:8040" } },
});
