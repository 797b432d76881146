// The scripts of the public face.
import "./_page.js";
import "./_htmx.js";
import "./_suggest.js";
import "./_upload.js";
import "./_autosave.js";
