/** The map's symbol for a defect, for lists and the legend. */

import { useEffect, useRef } from "preact/hooks";
import { draw, ICON_PX } from "./icons";
import { LOOKS, type Shape } from "./words";

export function Symbol({ shape, look, shade }: { shape: Shape; look: number; shade: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const pen = canvas.current?.getContext("2d");
    const found = LOOKS[look];
    if (!pen || !found) return;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, ICON_PX, ICON_PX);
    pen.scale(ICON_PX / 18, ICON_PX / 18);
    draw(pen, shape, found);
  }, [shape, look, shade]);
  return <canvas class="symbol" ref={canvas} width={ICON_PX} height={ICON_PX} aria-hidden="true" />;
}
