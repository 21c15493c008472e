/** Loaded by every page: the style sheet and the frame. */
import "../shell/shell.css";
import { startFrame } from "../shell/frame.ts";

startFrame();
