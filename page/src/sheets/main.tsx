import { render } from "preact";
import { SheetsApp } from "./app";
import "../style.css";
import "./sheets.css";

// Its scope is /sheets/ alone: the folder that it is served from.
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/sheets/worker.js").catch(() => undefined);

const root = document.getElementById("app");
if (root) {
  root.replaceChildren();
  render(<SheetsApp />, root);
}
