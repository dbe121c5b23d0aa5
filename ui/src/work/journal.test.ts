import { IDBFactory } from 'fake-indexeddb';
import { expect, test } from 'vitest';
import { openJournal, type Entry } from './journal';

function anEntry(key: string, owner = 'ada'): Entry {
  const answer = { choice: 'cat' };
  return {
    key,
    owner,
    project: 1,
    task: 1,
    answer,
    reason: null,
    activeMs: 5,
    proposalSeen: false,
    priceCents: 0,
    heldUntil: 0,
  };
}

test('entries outlive the tab, in the order they were given', async () => {
  const browser = new IDBFactory();
  const before = await openJournal(browser);
  await before.put(anEntry('z'));
  await before.put(anEntry('a'));
  const after = await openJournal(browser);
  expect(after.durable).toBe(true);
  expect(await after.all('ada')).toEqual([anEntry('z'), anEntry('a')]);
});

test('only what is removed is forgotten, and removing twice does no harm', async () => {
  const journal = await openJournal(new IDBFactory());
  await journal.put(anEntry('one'));
  await journal.put(anEntry('two'));
  await journal.remove(['one', 'never there']);
  await journal.remove(['one']);
  expect((await journal.all('ada')).map((entry) => entry.key)).toEqual(['two']);
});

test("another person's answers are not mine to send", async () => {
  const journal = await openJournal(new IDBFactory());
  await journal.put(anEntry('mine'));
  await journal.put(anEntry('theirs', 'bob'));
  expect((await journal.all('ada')).map((entry) => entry.key)).toEqual(['mine']);
});

test('a browser that refuses to store says so and still works', async () => {
  const refusing = {
    open: () => {
      throw new DOMException('denied', 'SecurityError');
    },
  } as unknown as IDBFactory;
  const journal = await openJournal(refusing);
  await journal.put(anEntry('one'));
  expect(journal.durable).toBe(false);
  expect(await journal.all('ada')).toHaveLength(1);
});
