/** What is only drawn: comments, and frames around groups. */
import { NodeResizer, type NodeProps } from "@xyflow/react";
import { memo } from "react";
import { Mark } from "./marks";
import { useEditor } from "./context";
import type { FrameNode, NoteNode } from "./flow";

export const NoteView = memo(function NoteView({ data, selected }: NodeProps<NoteNode>) {
  const editor = useEditor();
  const { note } = data;
  return (
    <div className={selected ? "note sel" : "note"}>
      <NodeResizer
        isVisible={selected}
        minWidth={120}
        minHeight={48}
        onResizeEnd={(_, to) => editor.resizeNote(note.id, to)}
      />
      <textarea
        className="nodrag nowheel"
        aria-label="Comment"
        placeholder="A comment…"
        defaultValue={note.text}
        key={note.text}
        onBlur={(event) => editor.writeNote(note.id, event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") event.currentTarget.blur();
        }}
      />
    </div>
  );
});

export const FrameView = memo(function FrameView({ data, selected }: NodeProps<FrameNode>) {
  return (
    <div className={selected ? "frame sel" : "frame"}>
      <div className="frame-head">
        <Mark name="layers" />
        <span className="clip">{data.group.name}</span>
      </div>
    </div>
  );
});
