import { defineConfig } from "vite";

export default defineConfig({
  base: "/static/",
  build: {
    outDir: "../src/waywarden/web/static",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    license: { fileName: "licences.md" },
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1400,
    rollupOptions: { input: ["index.html", "road.html", "draw.html", "check.html"] },
  },
  server: { proxy: { "/api": "http://127.0.0.1:8040", "/keeps": "http://127.0.0.1:8040" } },
});
