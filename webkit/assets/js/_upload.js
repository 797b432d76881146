// A chosen file is sent at once, with a progress bar; the form then carries only its id.

import { announce, csrfToken } from "./_say.js";
import { t } from "./_words.js";

function send(box, input) {
  const file = input.files[0];
  const hidden = box.querySelector(`input[type=hidden][name="${input.name}_upload"]`);
  if (!file || !hidden) return;
  let note = box.querySelector("[data-upload-note]");
  if (!note) {
    note = document.createElement("p");
    note.dataset.uploadNote = "";
    input.after(note);
  }
  const bar = document.createElement("progress");
  bar.max = 100;
  bar.setAttribute("aria-label", t("上传进度"));
  note.className = "help";
  note.textContent = t("正在上传 %(name)s……", { name: file.name });
  note.append(bar);

  const finish = (text, good) => {
    note.className = good ? "upload-kept" : "field-error";
    note.textContent = text;
    announce(text);
  };
  const body = new FormData();
  body.append("file", file);
  const request = new XMLHttpRequest();
  request.open("POST", box.dataset.upload);
  request.setRequestHeader("X-CSRFToken", csrfToken(input));
  request.setRequestHeader("Accept", "application/json");
  request.responseType = "json";
  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) bar.value = (100 * event.loaded) / event.total;
  });
  request.addEventListener("load", () => {
    const answer = request.response ?? {};
    if (request.status >= 200 && request.status < 300 && answer.id) {
      hidden.value = answer.id;
      input.value = ""; // it is there already: do not send it twice
      finish(t("已上传：%(name)s", { name: file.name }), true);
    } else {
      input.value = "";
      finish(answer.error ?? t("没有传上去。请再试一次。"), false);
    }
  });
  request.addEventListener("error", () => {
    // the file stays chosen and goes with the form
    finish(t("网络不通，文件会在保存时一起上传。"), false);
  });
  request.send(body);
}

document.addEventListener("change", ({ target }) => {
  const box = target.matches("input[type=file]") && target.closest("[data-upload]");
  if (box) send(box, target);
});
