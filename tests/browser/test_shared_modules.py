"""The modules that all components share, by themselves: arriving data, playing, dragging, keys, arrows."""

import json
import zlib

ARRIVING = """async ([first, second, delays]) => {
  const { arriving } = await import('/shared/arriving.js');
  const bytes = (numbers) => new Uint8Array(numbers);
  const seen = [], ended = [];
  const component = ({ data }) => { seen.push(data); return () => ended.push(data.name); };
  const shown = arriving(component);
  const parentElement = document.createElement('div');
  window.fetch = (address) => new Promise((done) => setTimeout(
    () => done(new Response(bytes(address === 'slow' ? first : second))), delays[address]));
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
"""


def packed(data: dict) -> list[int]:
    return list(zlib.compress(json.dumps(data).encode(), 1))


def arriving(modules, script: str, delays: dict | None = None):
    arguments = [packed({"name": "first"}), packed({"name": "second"}), delays or {"slow": 60, "quick": 5}]
    return modules.evaluate(f"{ARRIVING} {script} }}", arguments)


def test_data_are_the_same_to_a_component_however_they_came(modules):
    seen = arriving(
        modules,
        """shown({ data: { name: 'plain' }, parentElement });
        shown({ data: bytes(first), parentElement }); await pause(50);
        shown({ data: { at: 'quick' }, parentElement }); await pause(50);
        return seen;""",
    )
    assert seen == [{"name": "plain"}, {"name": "first"}, {"name": "second"}]


def test_the_same_data_of_another_run_are_the_same_object(modules):
    same = arriving(
        modules,
        """shown({ data: bytes(first), parentElement }); await pause(50);
        shown({ data: bytes(first), parentElement });
        const addressed = [{ at: 'quick' }, { at: 'quick' }];
        shown({ data: addressed[0], parentElement }); await pause(50);
        shown({ data: addressed[1], parentElement });
        return [seen[0] === seen[1], seen[2] === seen[3], seen.length];""",
    )
    assert same == [True, True, 4]


def test_data_that_come_after_a_newer_runs_are_dropped(modules):
    seen = arriving(
        modules,
        """shown({ data: { at: 'slow' }, parentElement }); shown({ data: { at: 'quick' }, parentElement });
        await pause(120); return seen.map(({ name }) => name);""",
    )
    assert seen == ["second"]


def test_data_that_come_before_a_newer_runs_are_shown(modules):
    seen = arriving(
        modules,
        """shown({ data: { at: 'quick' }, parentElement }); shown({ data: { at: 'slow' }, parentElement });
        await pause(120); return seen.map(({ name }) => name);""",
    )
    assert seen == ["second", "first"]


def test_what_is_gone_before_its_data_came_is_never_shown(modules):
    found = arriving(
        modules,
        """const release = shown({ data: { at: 'quick' }, parentElement }); release();
        await pause(60); return [seen.length, ended.length];""",
    )
    assert found == [0, 0]


def test_data_that_do_not_arrive_are_said_and_the_next_take_the_words_place(modules):
    words = arriving(
        modules,
        """window.fetch = async () => new Response('gone', { status: 404 });
        shown({ data: { at: 'lost' }, parentElement }); await pause(30);
        const said = parentElement.textContent;
        shown({ data: { name: 'plain' }, parentElement });
        return [said, parentElement.textContent, seen.length];""",
    )
    assert words == ["The data of this picture did not arrive. Reload the page.", "", 1]


def test_a_failing_network_is_tried_again(modules):
    found = arriving(
        modules,
        """let tries = 0; const answer = window.fetch;
        const failing = () => Promise.reject(new TypeError('Failed to fetch'));
        window.fetch = (address) => ((tries += 1) < 3 ? failing() : answer(address));
        shown({ data: { at: 'quick' }, parentElement }); await pause(1500);
        return [tries, seen.map(({ name }) => name)];""",
    )
    assert found == [3, ["second"]]


def test_a_player_plays_to_its_end_and_says_so_once(modules):
    found = modules.evaluate(
        """async () => {
        const { makePlayer } = await import('/shared/player.js');
        const button = document.createElement('button'); const log = []; let left = 3;
        const player = makePlayer({ button, begin: () => { left = 3; }, advance: () => (left -= 1) > 0,
          told: (playing) => log.push(playing), ended: () => log.push('ended') });
        const rest = button.textContent; button.click(); const plays = button.textContent;
        await new Promise((done) => setTimeout(done, 300));
        player.start(); player.stop();
        return [rest, plays, button.textContent, log]; }"""
    )
    assert found == ["Play", "Pause", "Play", [True, False, "ended", True, False]]


def test_a_paced_player_steps_at_its_own_pace(modules):
    steps = modules.evaluate(
        """async () => {
        const { paced } = await import('/shared/player.js');
        let steps = 0; const advance = paced(0.1, () => { steps += 1; return steps < 3; }); const said = [];
        for (let k = 0; k < 40 && said.at(-1) !== false; k += 1) said.push(advance(0.03));
        return [steps, said.length]; }"""
    )
    assert steps == [3, 12]


def test_a_drag_follows_the_pointer_that_began_and_no_other(modules):
    log = modules.evaluate(
        """async () => {
        const { drag } = await import('/shared/pointing.js');
        const box = document.createElement('div'); const log = [];
        box.setPointerCapture = (id) => log.push(`capture ${id}`);
        drag(box, { begin: (event) => (event.clientX < 0 ? null : 'grip'),
          move: (held, event) => log.push(`${held} ${event.clientX}`), end: () => log.push('end') });
        const send = (type, id, x, button = 0) =>
          box.dispatchEvent(new PointerEvent(type, { pointerId: id, clientX: x, button }));
        send('pointerdown', 1, -5); send('pointermove', 1, 1);
        send('pointerdown', 1, 5, 2); send('pointermove', 1, 2);
        send('pointerdown', 1, 5); send('pointerdown', 2, 6); send('pointermove', 2, 7); send('pointermove', 1, 8);
        send('pointerup', 2, 7); send('pointercancel', 1, 8); send('pointermove', 1, 9);
        return log; }"""
    )
    assert log == ["capture 1", "grip 8", "end"]


def test_arrow_keys_have_one_meaning(modules):
    ways = modules.evaluate(
        """async () => {
        const { arrowOf, stepOf } = await import('/shared/pointing.js');
        const keys = ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'a'];
        return keys.map((key) => [arrowOf({ key }), stepOf({ key })]); }"""
    )
    assert ways == [[[-1, 0], -1], [[1, 0], 1], [[0, 1], -1], [[0, -1], 1], [None, 0]]


def test_an_arrow_ends_where_it_points_and_its_head_is_as_wide_as_it_is_long(modules):
    parts = modules.evaluate(
        "async () => (await import('/shared/pen.js')).arrowParts([0, 0], [100, 0], 3)",
    )
    head = 4 + 2.6 * 3
    assert parts["tip"][0] == parts["tip"][3] == [100, 0]
    assert parts["tip"][1] == [100 - head, head / 2] and parts["tip"][2] == [100 - head, -head / 2]
    assert parts["shaft"] == [[0, 0], [100 - 0.8 * head, 0]]
    assert modules.evaluate("async () => (await import('/shared/pen.js')).arrowParts([0, 0], [1, 1], 3)") is None


def test_a_recorded_pen_draws_and_notes(modules):
    found = modules.evaluate(
        """async () => {
        const { penOf, recordWith, newPath } = await import('/shared/pen.js');
        const canvas = document.createElement('canvas'); const notes = [];
        const get = (context, name) => { notes.push(name); return context[name].bind(context); };
        const pen = (given, context) => (given === canvas ? new Proxy(context, { get }) : null);
        recordWith({ pen, path: () => 'noted' });
        penOf(canvas).fillRect(0, 0, 9, 9); const path = newPath();
        const other = penOf(document.createElement('canvas')) instanceof CanvasRenderingContext2D;
        recordWith(null);
        return [notes, path, other, penOf(canvas) instanceof CanvasRenderingContext2D, newPath() instanceof Path2D,
          canvas.getContext('2d').getImageData(4, 4, 1, 1).data[3]]; }"""
    )
    assert found == [["fillRect"], "noted", True, True, True, 255]
