"""The main screen: queue, thread with composer, customer; header, status bar and keys around them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from textual import events
from textual.content import Content
from textual.timer import Timer

from omnidesk import clock
from omnidesk.screens import quitting, telephone, writing
from omnidesk.screens.actions import ACTIONS
from omnidesk.screens.keys import KeyReader, pressed, shown
from omnidesk.screens.messages import Acted, Choices, KeysWelcome, SummaryRead, Trouble
from omnidesk.screens.notifying import Notifier
from omnidesk.screens.presets import keymap
from omnidesk.screens.session import Opening
from omnidesk.screens.teaching import TeachingDesk
from omnidesk.screens.watcher import Watcher
from omnidesk.screens.writing_messages import LeftRead
from omnidesk.widgets.prompt import Prompt
from omnidesk.words import badges
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.screens.contact_screen import Sheet

HOLD_SECONDS = 3.0
"""How long keys are kept back at most."""
TICK_SECONDS = 1.0
SAID_SECONDS = 8.0
"""How long the status bar says what was done."""
COUNTDOWN = 15
"""Ticks after which due times are painted anew."""


class DeskScreen(TeachingDesk):
    """Reads keys and runs actions."""

    def __init__(self, opening: Opening, engine: bool = True, complaints: tuple[str, ...] = ()) -> None:
        self.keymap, refused = keymap(ACTIONS, opening.session.preferences)
        super().__init__(opening, (*complaints, *refused))
        self.reader = KeyReader(self.keymap)
        self.composer.notes.why = self.keymap.hint("channels")
        self.composer.notes.privately = self.keymap.hint("in-private")
        self.composer.offered.key = self.keymap.hint("insert-fact")
        self.customer.facts_key = self.keymap.hint("facts")
        self.head.keys = self.keymap.hint("accept"), self.keymap.hint("refuse")
        self.composer.title_line.chat_keys = (self.keymap.hint("send-line"), self.keymap.hint("break-line"))
        self.asked_about: list[int] = []
        """What the open prompt asks about."""
        self.asked_owners: dict[int, str | None] = {}
        """Whose what was shown when the prompt opened was then."""
        self.keys_wait = False
        """Whether keys are kept back for a moment."""
        self._hold_timer: Timer | None = None
        self._answered: Callable[[DeskScreen, str], None] | None = None
        self._engine = engine
        self._watcher: Watcher | None = None
        self._ticks = 0
        self.notifier = Notifier(self)
        self.put_aside: dict[str, Sheet] = {}
        """Calls, visits and letters that wait to be gone on with, by kind."""
        self.begun_notes: dict[tuple[int, int | None], str] = {}
        """Notes about customers that were left half written: by customer, and the note that is edited."""
        self.customer.whole_key = self.keymap.hint("customer")

    def on_mount(self) -> None:
        """Show what was read before the start; everything else comes after the first paint."""
        self.lay_out_for(self.app.size.width, self.app.size.height)
        self.queue.set_window(self.opening.window)
        self.get_comfortable()
        self.refresh_bars()
        self.refresh_keys()
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self._watcher = Watcher(self.session, self.post_message, self._engine)
        self._watcher.start()
        self.read_again()
        self.restore()
        self.teach()
        self.look_for_drafts()
        self.backstage.read("badges", self._learn_badges)
        self.set_interval(TICK_SECONDS, self._tick)

    def _learn_badges(self) -> None:
        """Load the connectors of kinds that did not come with the program, where a channel is of one."""
        from omnidesk.desk import channels

        kinds = [one.kind for one in channels.list_channels(self.session.workspace) if one.kind != "desk"]
        if badges.unknown(kinds):
            from omnidesk.sync import form

            badges.learn({one.kind: one.badge for one in form.kinds()})

    def _tick(self) -> None:
        self._ticks += 1
        self.remember()
        self.here.tick()
        self.tick_chats()
        if not self.status.wrong and clock.monotonic() - self.said_at > SAID_SECONDS:
            self.say("")
        self.refresh_bars()
        if self._ticks % COUNTDOWN == 0:
            self.queue.repaint()
            self.head.refresh()
            self.customer.tell_the_time()
            self.fold.refresh()
            self._rested("summary", self._read_summary)

    def on_unmount(self) -> None:
        """Keep what was typed, then let the threads end."""
        self.draft_timer_stop(keep=True)
        self.remember(last=True)
        self.here.gone()
        self.notifier.close()
        if self._watcher is not None:
            self._watcher.end()
        self.backstage.close()

    def on_summary_read(self, message: SummaryRead) -> None:
        """Tell of what is new; what is new in the conversation being read is seen."""
        reads = self.place in ("thread", "composer", "send") and self.app.app_focus
        open_id = self.open_id if reads else None
        if self.notifier.take(message.summary, self.session.preferences, open_id) and open_id is not None:
            self.mark_read(open_id)

    def leave(self, said: str = "") -> None:
        """Leave the program; `said` stands on the terminal then."""
        self.draft_timer_stop(keep=True)
        self.app.exit(0, message=Content(said) if said else None)

    @property
    def engine_pid(self) -> int | None:
        """The process of the engine that this console started; None where it runs none."""
        return self._watcher.engine_pid if self._watcher is not None else None

    @property
    def ringing(self) -> str:
        """The call that rings or runs, in words; "" where none does."""
        calls = self.summary.calls if self.summary is not None else ()
        return telephone.ringing(calls, clock.now(), self.keymap.hint("call")) if calls else ""

    def on_may_dial(self, message: telephone.MayDial) -> None:
        """It is known whether a number may be called."""
        telephone.may_dial(self, message)

    def on_dialled(self, message: telephone.Dialled) -> None:
        """The program that dials did so, or did not."""
        telephone.dialled(self, message)

    def on_left_read(self, message: LeftRead) -> None:
        """What leaving would leave behind is known."""
        quitting.left(self, message)

    # Keys

    @property
    def place(self) -> str:
        """Where the focus is: queue, thread, customer, composer, send; "" while a prompt asks."""
        if self.prompt.active:
            return ""
        if self.asks_how:
            return "send"
        focused = self.focused
        for name, widget in (("queue", self.queue), ("thread", self.thread), ("customer", self.customer)):
            if focused is widget:
                return name
        return (
            "composer" if self.composer.active and focused is not None and focused is self.composer.area else self.front
        )

    def take_key(self, event: events.Key) -> bool:
        """Act on a key before any widget sees it; False when the widget with the focus shall have it.

        This happens in the order of typing, so that what is typed at once arrives where it was meant to."""
        self.typed_at = clock.monotonic()
        if self.small:
            return event.key != "ctrl+q"
        place, key = self.place, pressed(event.key, event.character)
        if place == "" and self.keymap.find("queue", (key,)) is self.keymap.actions["next-chat"]:
            self.prompt.cancel()
            return self._feed("queue", key)
        if place == "":
            self.hold_keys(key in ("enter", "escape"))
            return False
        if place == "composer":
            acts = self.keymap.find(self.key_place, (key,)) is not None
            if key == "enter" and self.composer.area is not None:
                self.composer.area.enter_acts = acts
            self.hold_keys(acts)
            return False
        return self._feed(place, key)

    def _feed(self, place: str, key: str) -> bool:
        found = self.reader.feed(place, key)
        if found is not None:
            action, press = found
            self.say("")
            action.run(self, press)
            self.practised(action)
        self.refresh_keys()
        return self.reader.used

    def on_key(self, event: events.Key) -> None:
        """Act on a key that the text being written left alone."""
        if self.keys_wait and self.place == "composer":
            self.keys_wait = False
            self._feed(self.key_place, pressed(event.key, event.character))
            event.stop()
            event.prevent_default()
            if not self.keys_wait:
                self.hold_keys(False)

    def hold_keys(self, hold: bool) -> None:
        """Keep further keys back while what they are meant for opens or closes."""
        if self._hold_timer is not None:
            self._hold_timer.stop()
            self._hold_timer = None
        self.keys_wait = hold
        if hold:
            self._hold_timer = self.set_timer(HOLD_SECONDS, partial(self.hold_keys, False))
        else:
            self.post_message(KeysWelcome())

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """The mouse may have chosen another pane."""
        place = self.place
        if place in ("queue", "thread", "customer", "composer") and place != self.front:
            self.front = place
            self.show_front()
        self.refresh_keys()

    def refresh_keys(self) -> None:
        """Show the keys that are useful now."""
        self.mark_targets(self.reader)
        self.show_lesson()
        if self.reader.waiting:
            following = self.reader.keymap.following(self.key_place, self.reader.waiting)
            pairs = [(shown(key).replace("*", _("a letter")), _(action.word)) for key, action in following]
            self.keys.set_keys([*pairs, ("esc", _("never mind"))], shown(" ".join(self.reader.waiting)))
        elif not self.place:
            self.keys.set_keys([("Enter", _("ok")), ("Tab", _("completes")), ("esc", _("never mind"))])
        else:
            asked = " ".join((_("Send?"), self.composer.warning)).rstrip() if self.asks_how else ""
            place = self.key_place
            self.keys.set_keys(self.keymap.line(place), asked, self.keymap.line(place, brief=True))

    def show_help(self, place: str = "", title: str = "") -> None:
        """Show all keys, those of the list called so first."""
        from omnidesk.screens.help import HelpScreen

        self.app.push_screen(HelpScreen(self.keymap, place, title, self.session.preferences.plain))

    def add_channel(self) -> None:
        """Choose what kind of channel to add."""
        from omnidesk.screens.kinds import Kinds

        self.app.push_screen(Kinds(self))

    # Acting

    def targets(self) -> list[int]:
        """Return the conversations an action works on: the marked ones, else the one looked at."""
        if self.place == "queue":
            if self.queue.marked:
                return list(self.queue.marked)
            return [self.queue.cursor.id] if self.queue.cursor is not None else []
        return [self.open_id] if self.open_id is not None else []

    def on_acted(self, message: Acted) -> None:
        """An act was done: say so, and go on to the next conversation when this one was dealt with."""
        if message.said:
            self.say(message.said + (_(" - u takes it back") if message.undoable else ""))
        self.read_again()
        if message.write and message.show is not None:
            self.queue.select(message.show)
            self.enter(message.show)
            writing.go_on(self, message.show)
        elif message.show is not None:
            self.queue.select(message.show)
            if message.enter or (self.place == "queue" and not self.side_by_side):
                self.enter(message.show)
            else:
                self.open(message.show)
        else:
            self.go_on(message.leaving)

    def on_trouble(self, message: Trouble) -> None:
        """Something did not work."""
        self.composer.freeze(False)
        self.hold_keys(False)
        self.say(message.said, wrong=True)

    def ask(
        self,
        purpose: str,
        question: str,
        then: Callable[[DeskScreen, str], None],
        hint: str = "",
        text: str = "",
        explain: Callable[[str], str] | None = None,
    ) -> None:
        """Ask in the line at the bottom; `then` gets the answer, unless the agent takes the question back. `explain`
        says while it is typed what was understood."""
        self._answered = then
        self.prompt.ask(purpose, question, hint, text, explain)

    def on_choices(self, message: Choices) -> None:
        """Words that the open prompt can complete."""
        if self.prompt.purpose == message.purpose:
            self.prompt.complete_from(message.words, message.each)

    def on_prompt_answered(self, message: Prompt.Answered) -> None:
        """The agent answered a prompt, or did not."""
        self.focus_pane(self.front)
        self.hold_keys(False)
        if message.text is not None and self._answered is not None:
            self._answered(self, message.text)
        self.refresh_keys()
