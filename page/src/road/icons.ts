/** The map's symbols, drawn by this page: a shape for the kind, a colour and a mark for the state. */

import { LOOKS, type Look, type Shape } from "./words";

export const ICON_PX = 36;
const SIZE = 18;
const MIDDLE = SIZE / 2;
const R = 6;

/** The name of a symbol: shape, number of the look, theme. */
export function iconName(shape: string, look: number, shade: string): string {
  return `${shape}|${look}|${shade}`;
}

export function drawIcon(name: string): ImageData | null {
  const [shape, look] = name.split("|");
  const found = LOOKS[Number(look)];
  if (!shape || !found) return null;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = ICON_PX;
  const pen = canvas.getContext("2d");
  if (!pen) return null;
  pen.scale(ICON_PX / SIZE, ICON_PX / SIZE);
  draw(pen, shape as Shape, found);
  return pen.getImageData(0, 0, ICON_PX, ICON_PX);
}

export function draw(pen: CanvasRenderingContext2D, shape: Shape, look: Look): void {
  const colours = getComputedStyle(document.documentElement);
  const colour = colours.getPropertyValue(look.colour).trim();
  const paper = colours.getPropertyValue("--map-land").trim();
  pen.lineJoin = "round";
  const outline = pathOf(shape);
  pen.strokeStyle = paper;
  pen.lineWidth = 4.5;
  pen.stroke(outline);
  pen.fillStyle = look.mark === "full" || look.mark === "dot" ? colour : paper;
  pen.fill(outline);
  if (look.mark === "half") {
    pen.save();
    pen.clip(outline);
    pen.fillStyle = colour;
    pen.fillRect(0, MIDDLE, SIZE, SIZE);
    pen.restore();
  }
  pen.strokeStyle = colour;
  pen.lineWidth = 2;
  pen.stroke(outline);
  pen.strokeStyle = colour;
  pen.fillStyle = paper;
  pen.lineWidth = 1.8;
  const inside = new Path2D();
  if (look.mark === "dot") {
    inside.arc(MIDDLE, MIDDLE, 2, 0, 7);
    pen.fill(inside);
  } else if (look.mark === "tick") {
    pen.stroke(new Path2D(`M${MIDDLE - 2.6} ${MIDDLE} l2 2.2 l3.4 -4.4`));
  } else if (look.mark === "cross") {
    pen.stroke(new Path2D(`M${MIDDLE - 2.2} ${MIDDLE - 2.2} l4.4 4.4 m0 -4.4 l-4.4 4.4`));
  }
}

function pathOf(shape: Shape): Path2D {
  const path = new Path2D();
  if (shape === "circle") path.arc(MIDDLE, MIDDLE, R, 0, 7);
  else if (shape === "square") path.rect(MIDDLE - R + 0.8, MIDDLE - R + 0.8, 2 * R - 1.6, 2 * R - 1.6);
  else if (shape === "bar") path.rect(MIDDLE - R - 1, MIDDLE - 3.6, 2 * R + 2, 7.2);
  else {
    const corners = shape === "triangle" ? 3 : 6;
    const radius = shape === "triangle" ? R + 1.6 : R + 0.6;
    for (let k = 0; k < corners; k += 1) {
      const turn = (2 * Math.PI * k) / corners - Math.PI / 2;
      const x = MIDDLE + radius * Math.cos(turn);
      const y = MIDDLE + radius * Math.sin(turn) + (shape === "triangle" ? 1 : 0);
      if (k === 0) path.moveTo(x, y);
      else path.lineTo(x, y);
    }
    path.closePath();
  }
  return path;
}
