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
export const PortShape = memo(function PortShape({ type, filled }: { type: string; filled: boolean }) {
  const color = portColor(type);
  const look = { fill: filled ? color : "var(--surface)", stroke: color, strokeWidth: 1.8 };
  const shape = () => {
    switch (type.replace("[]", "")) {
      case "Item":
        return <circle cx="7" cy="7" r="5" {...look} />;
      case "Model":
        return <path d="M7 1l6 6l-6 6l-6 -6z" {...look} />;
      case "Dataset":
        return <rect x="2" y="2" width="10" height="10" rx="1.5" {...look} />;
      case "Annotation":
        return <path d="M1 7l3 -5h6l3 5l-3 5h-6z" {...look} />;
      default:
        return <path d="M7 1.5l6 10.5h-12z" {...look} />;
    }
  };
  return (
    <svg className="port-shape" viewBox="0 0 14 14" width="14" height="14" aria-hidden="true">
      {shape()}
    </svg>
  );
});
