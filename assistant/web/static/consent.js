// A question that waits for consent: Yes, No and, where it is wanted, a place for the PIN. It is text, whoever made it.
export class Consent {
  constructor(form, send) {
    this.form = form;
    this.send = send;
    this.over = 0;
    form.addEventListener("submit", (event) => { event.preventDefault(); this.answer(true); });
    form.querySelector(".no").addEventListener("click", () => this.answer(false));
  }

  show(told) {
    this.id = told.id;
    this.form.querySelector("p").textContent = told.text;
    this.pin = this.form.querySelector("input");
    this.pin.hidden = told.by !== "pin";
    this.pin.value = "";
    this.form.hidden = false;
    if (!this.pin.hidden) this.pin.focus();
    clearTimeout(this.over);
    this.over = setTimeout(() => this.hide(told.id), told.seconds * 1000);
  }

  hide(id) {
    if (id !== this.id) return;
    this.form.hidden = true;
    if (this.pin) this.pin.value = "";
  }

  async answer(yes) {
    const pin = this.pin.value;
    this.pin.value = "";
    await this.send({ do: "consent", id: this.id, yes, pin });
  }
}
