// The scripts of the workspace.
import "./_page.js";
import "./_htmx.js";
import "./_suggest.js";
import "./_dialog.js";
import "./_upload.js";
import "./_waits.js";
import "./_autosave.js";
import "./_count.js";
import "./_keys.js";
