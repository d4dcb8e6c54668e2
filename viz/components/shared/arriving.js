// A component's data on their way: plain, compressed, or lying at an address of the app's server.

import { inflatedJson } from "./packing.js";

const TRIES = 3;
const PAUSE = 400;

const pause = () => new Promise((done) => setTimeout(done, PAUSE));

/** Bytes from the app's server, tried again where the network fails; the browser keeps them. */
async function fetched(address, tries = TRIES) {
  try {
    const answer = await fetch(address);
    if (answer.ok) return new Uint8Array(await answer.arrayBuffer());
    throw new Error(`the server answers ${answer.status}`);
  } catch (error) {
    if (!(error instanceof TypeError) || tries <= 1) throw error;
    await pause();
    return fetched(address, tries - 1);
  }
}

const equal = (one, other) =>
  one instanceof Uint8Array && one.length === other.length && one.every((byte, k) => byte === other[k]);

/** Where the data lie; null where they are here. Bytes have a method of that name. */
const addressOf = (data) => (data instanceof Uint8Array ? null : data.at);

/** Whether these are the data of the last run, as they came. */
const known = ({ came }, data) => (data instanceof Uint8Array ? equal(came, data) : came === data.at);

const isPlain = (data) => !(data instanceof Uint8Array) && typeof data?.at !== "string";

/**
 * The component, shown once its data are there. What a run brings again is the same object as before; data that arrive
 * after a newer run's are dropped.
 */
export function arriving(shown) {
  const places = new WeakMap();
  return (given) => {
    const { data, parentElement } = given;
    if (!places.has(parentElement)) places.set(parentElement, { turn: 0, shown: 0, release: null, words: null });
    const place = places.get(parentElement);
    place.turn += 1;
    const { turn } = place;
    const show = (whole) => {
      place.words?.remove();
      place.words = null;
      place.release = shown({ ...given, data: whole });
    };
    if (isPlain(data)) {
      Object.assign(place, { came: null, shown: turn });
      show(data);
    } else if (place.whole && known(place, data)) {
      place.shown = turn;
      show(place.whole);
    } else {
      unpack(data).then(
        (whole) => {
          if (turn < place.shown) return;
          Object.assign(place, { whole, shown: turn, came: addressOf(data) ?? data });
          show(whole);
        },
        () => turn === place.turn && say(place, parentElement),
      );
    }
    return () => {
      place.shown = Infinity;
      place.turn = Infinity;
      place.words?.remove();
      place.release?.();
      places.delete(parentElement);
    };
  };
}

const unpack = async (data) => inflatedJson(addressOf(data) ? await fetched(data.at) : data);

function say(place, parent) {
  place.words ??= parent.appendChild(Object.assign(document.createElement("p"), { className: "uncrumple-lost" }));
  place.words.setAttribute("role", "alert");
  place.words.textContent = "The data of this picture did not arrive. Reload the page.";
}
