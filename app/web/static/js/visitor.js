// The modules of pages for who is not signed in: the reporter's, sign-in, errors.
import attach from "./attach.js";
import copy from "./copy.js";
import doubleSubmit from "./double-submit.js";
import focus from "./focus.js";
import form from "./form.js";
import leaving from "./leaving.js";

attach({ copy, "double-submit": doubleSubmit, focus, form, leaving });
