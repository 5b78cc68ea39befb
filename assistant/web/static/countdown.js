// A card of timers that counts by itself: nobody is asked until a timer is changed.
export class Countdown {
  #ends = [];
  #ticking = 0;

  // told.timers: name, seconds left when this was sent, and whether it runs.
  element(told) {
    const list = document.createElement("ol");
    list.className = "timers";
    list.setAttribute("aria-label", told.alt);
    const now = performance.now();
    this.#ends = told.timers.map((timer) => {
      const row = document.createElement("li");
      const name = document.createElement("span");
      name.textContent = timer.name;
      const left = document.createElement("time");
      left.setAttribute("role", "timer");
      row.append(name, left);
      row.classList.toggle("paused", !timer.running);
      list.append(row);
      return { left, row, running: timer.running, seconds: timer.left, end: now + timer.left * 1000 };
    });
    this.#tick();
    return list;
  }

  start() { this.#ticking = setInterval(() => this.#tick(), 250); }

  stop() { clearInterval(this.#ticking); }

  #tick() {
    const now = performance.now();
    for (const timer of this.#ends) {
      const seconds = Math.max(0, Math.ceil(timer.running ? (timer.end - now) / 1000 : timer.seconds));
      const text = seconds || !timer.running ? written(seconds) : "done";
      if (timer.left.textContent !== text) timer.left.textContent = text;
      timer.row.classList.toggle("done", text === "done");
    }
  }
}

function written(seconds) {
  const two = (number) => String(number).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
