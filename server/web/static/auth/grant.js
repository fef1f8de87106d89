/* The end of the sign-in popup: hands the grant to the chat that opened this window, on our own origin only, and closes. */
const page = document.querySelector("[data-grant]");
if (page && window.opener) {
  window.opener.postMessage({ type: "deskbell:grant", grant: page.dataset.grant }, window.location.origin);
  page.removeAttribute("data-grant");
  setTimeout(() => window.close(), 300);
}
