/** Small drawings the canvas is made of: icons and the shapes of port types. */
import { memo } from "react";
import { iconMarkup, isIconName } from "../../ui/icons";
import { portColor } from "../canvas/drawing";

/** An icon of our own set, so its markup is safe. */
export const Mark = memo(function Mark({ name, className = "" }: { name: string; className?: string }) {
  const known = isIconName(name) ? name : "box";
  return (
    <svg
      className={`icon ${className}`}
      viewBox="0 0 24 24"
      aria-hidden="true"
      dangerouslySetInnerHTML={{ __html: iconMarkup(known) }}
    />
  );
});

/** Shape and colour of a port type: circle item, diamond model, square dataset, hexagon annotations, triangle the rest. */
export function portShape(type: string, filled: boolean, x: number, y: number, key: string) {
  const color = portColor(type);
  const look = { fill: filled ? color : "var(--surface)", stroke: color, strokeWidth: 1.8 };
  switch (type.replace("[]", "")) {
    case "Item":
      return <circle key={key} cx={x} cy={y} r="5" {...look} />;
    case "Model":
      return <path key={key} d={`M${x} ${y - 6}l6 6l-6 6l-6 -6z`} {...look} />;
    case "Dataset":
      return <rect key={key} x={x - 5} y={y - 5} width="10" height="10" rx="1.5" {...look} />;
    case "Annotation":
      return <path key={key} d={`M${x - 6} ${y}l3 -5h6l3 5l-3 5h-6z`} {...look} />;
    default:
      return <path key={key} d={`M${x} ${y - 5.5}l6 10.5h-12z`} {...look} />;
  }
}
