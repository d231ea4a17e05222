/** A picture from the phone's camera, made small and encoded anew: so it holds no place, no device and no time. */

/** The office keeps 480 px of it; what is larger is for finding whoever is to be hidden. */
export const LONGEST_PX = 1280;
const QUALITY = 0.85;

/** The size that it is drawn at; never larger than it is. */
export function smaller(width: number, height: number): [number, number] {
  const share = Math.min(1, LONGEST_PX / Math.max(width, height));
  return [Math.max(1, Math.round(width * share)), Math.max(1, Math.round(height * share))];
}

/** Return it as a JPEG, upright; an Error in words where it is no picture that this browser can read. */
export async function shrunk(file: Blob): Promise<Blob> {
  let picture: ImageBitmap;
  try {
    picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    throw new Error("This file is no picture that can be read here: take one with the camera.");
  }
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = smaller(picture.width, picture.height);
  const pen = canvas.getContext("2d");
  // What is see-through becomes white, not black: a JPEG has no other way.
  if (pen) {
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  }
  picture.close();
  const jpeg = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  // Some phones have little memory for canvases, and give it back late.
  canvas.width = canvas.height = 0;
  if (pen === null || jpeg === null || jpeg.type !== "image/jpeg") {
    throw new Error("This phone had no memory left for the picture: close other pages, and take it again.");
  }
  return jpeg;
}
