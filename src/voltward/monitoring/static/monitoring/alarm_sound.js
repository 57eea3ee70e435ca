// The voice of the desk: repeats until nothing calls any more. Level 3 knocks twice; a thermal event wails.
// Made by WebAudio, so that it needs no file; where the browser holds it back, the switch says so.
"use strict";

const AlarmSound = (() => {
  const EVERY = 2500;
  const KEPT = "voltward-alarm-sound";
  const KNOCK = [[0, 880, 880, 0.16], [0.24, 880, 880, 0.16]];
  const WAIL = [[0, 520, 1240, 0.55], [0.6, 1240, 520, 0.55], [1.2, 520, 1240, 0.55]];
  let context = null;
  let button = null;
  let words = {};
  let calling = new Map(); // alarm to whether it is a thermal event
  let lastAt = 0;

  const isOn = () => localStorage.getItem(KEPT) !== "off";
  const isBlocked = () => isOn() && (!context || context.state !== "running");

  // A browser lets a page sound only after a hand has touched it.
  function wake() {
    if (!isOn()) return;
    context ??= new AudioContext();
    if (context.state === "running") return show();
    context.resume().then(() => { show(); sound(); }, show);
  }

  function tone([at, from, to, lasts]) {
    const begin = context.currentTime + at;
    const voice = context.createOscillator();
    const volume = context.createGain();
    voice.type = "square";
    voice.frequency.setValueAtTime(from, begin);
    voice.frequency.linearRampToValueAtTime(to, begin + lasts);
    volume.gain.setValueAtTime(0.0001, begin);
    volume.gain.linearRampToValueAtTime(0.22, begin + 0.02);
    volume.gain.linearRampToValueAtTime(0.0001, begin + lasts);
    voice.connect(volume).connect(context.destination);
    voice.start(begin);
    voice.stop(begin + lasts + 0.05);
  }

  function sound() {
    show();
    if (!isOn() || !calling.size) return;
    if (context?.state !== "running") return;
    if (Date.now() - lastAt < EVERY - 100) return;
    lastAt = Date.now();
    const kind = [...calling.values()].some(Boolean) ? "thermal" : "level3";
    document.dispatchEvent(new CustomEvent("voltward:sounded", { detail: kind }));
    for (const one of kind === "thermal" ? WAIL : KNOCK) tone(one);
  }

  function show() {
    if (!button) return;
    const blocked = isBlocked();
    button.setAttribute("aria-pressed", String(isOn()));
    button.classList.toggle("vw-blocked", blocked);
    button.querySelector("span").textContent = blocked ? words.blocked : isOn() ? words.on : words.off;
  }

  function begin(switchButton, said) {
    button = switchButton;
    words = said;
    button.addEventListener("click", () => {
      if (isBlocked()) return wake();
      localStorage.setItem(KEPT, isOn() ? "off" : "on");
      if (isOn()) wake();
      show();
    });
    document.addEventListener("pointerdown", (event) => { if (!button.contains(event.target)) wake(); });
    document.addEventListener("keydown", wake);
    if (isOn()) {
      context = new AudioContext();
      context.addEventListener("statechange", show);
    }
    setInterval(sound, EVERY);
    show();
  }

  function call(now) {
    const before = calling;
    calling = now;
    const isGraver = [...now].some(([id, thermal]) => !before.has(id) || thermal !== before.get(id));
    if (isGraver) lastAt = 0;
    if (isGraver) sound();
  }

  return { begin, call };
})();
