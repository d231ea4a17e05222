import { render } from "preact";
import { RoadApp } from "./app";
import "../style.css";
import "./road.css";

const root = document.getElementById("app");
if (root) {
  root.replaceChildren();
  render(<RoadApp />, root);
}
