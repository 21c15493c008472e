/** What views of the canvas may ask the editor to do. */
import { createContext, useContext } from "react";

export interface CanvasActs {
  resizeNote: (id: string, to: { x: number; y: number; width: number; height: number }) => void;
  writeNote: (id: string, text: string) => void;
}

export const EditorContext = createContext<CanvasActs | null>(null);

export function useEditor(): CanvasActs {
  const editor = useContext(EditorContext);
  if (!editor) throw new Error("The canvas stands outside an editor.");
  return editor;
}
