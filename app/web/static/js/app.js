// The modules of pages for who is signed in; visitor.js has those of all others. A page without script works as well.
// All come in one piece, and so before the page counts as loaded: nobody is faster than what should hear him.
import attach from "./attach.js";
import autosave from "./autosave.js";
import columns from "./columns.js";
import copy from "./copy.js";
import desk from "./desk.js";
import diagram from "./diagram.js";
import doubleSubmit from "./double-submit.js";
import explain from "./explain.js";
import first from "./first.js";
import focus from "./focus.js";
import form from "./form.js";
import insert from "./insert.js";
import later from "./later.js";
import leaving from "./leaving.js";
import live from "./live.js";
import menu from "./menu.js";
import palette from "./palette.js";
import photos from "./photos.js";
import presence from "./presence.js";
import print from "./print.js";
import progress from "./progress.js";
import replay from "./replay.js";
import selection from "./selection.js";
import shortcuts from "./shortcuts.js";
import similar from "./similar.js";
import theme from "./theme.js";

const modules = { autosave, columns, copy, diagram, "double-submit": doubleSubmit, explain, first, focus, form, insert, leaving, live, menu, palette, photos, presence, print, replay, selection, shortcuts, similar, theme };
modules.later = later(modules);
attach({ ...modules, desk: desk(modules), progress: progress(modules) });
