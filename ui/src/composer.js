/** Where the last choices are kept. No key is ever among them. */
const CHOICES_KEY = 'atest-ext-ai.choices';

/** The choice of a database that stands for pasted tables; no database can have this name. */
const PASTED = '\n';

/** @type {[string, string][]} */
const DIALECTS = [
  ['mysql', 'MySQL'],
  ['postgresql', 'PostgreSQL'],
  ['sqlite', 'SQLite'],
];

/** @param {string | undefined} dialect */
function dialectName(dialect) {
  return DIALECTS.find(([word]) => word === dialect)?.[1] ?? dialect ?? '';
}

/**
 * What an asker has chosen beside the question: a configured database, '' for none, PASTED, or null while nothing was chosen.
 * @typedef {{ database: string | null, tables: string, dialect: string, provider: string, model: string }} Choices
 */

/** @returns {Choices} */
function keptChoices() {
  const known = Object.entries(parsed(recalled(CHOICES_KEY)) || {}).filter(([, value]) => typeof value === 'string');
  return { database: null, tables: '', dialect: '', provider: '', model: '', ...Object.fromEntries(known) };
}

/** The box to ask in, with what a question is about and who answers it. @param {Chat} chat */
function createComposer(chat) {
  const choices = keptChoices();
  /** @type {Turn | null} */
  let followed = null;

  const box = h('textarea', { rows: 3, placeholder: t('question_hint') });
  const options = h('div', { class: 'options' });
  const tables = h('textarea', { class: 'code', rows: 5, spellcheck: 'false', placeholder: t('tables_hint') });
  const tablesField = field(t('tables'), tables);
  const chip = h('div', { class: 'chip', hidden: true });
  const told = h('div', { role: 'status' });
  const goes = h('div');
  const form = h(
    'form',
    { class: 'composer', onsubmit: submit },
    chip,
    field(t('question'), box, t('question_keys')),
    options,
    tablesField,
    goes,
    actions(h('button', { class: 'main', text: t('ask') })),
    told,
  );
  box.value = chat.draft;
  tables.value = choices.tables;
  box.addEventListener('input', () => (chat.draft = box.value));
  // Not with each letter: they may be long.
  tables.addEventListener('change', () => {
    choices.tables = tables.value;
    keepChoices();
  });
  box.addEventListener('keydown', (event) => {
    // Enter also ends the choice of a word in Chinese and other ways of typing; then it asks nothing.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    submit(event);
  });

  const keepChoices = () => keep(CHOICES_KEY, JSON.stringify(choices));

  /** @param {Event} event */
  function submit(event) {
    event.preventDefault();
    const prompt = box.value.trim();
    if (!prompt) {
      told.replaceChildren(message('warn', t('empty')));
      box.focus();
      return;
    }
    told.replaceChildren();
    box.value = chat.draft = '';
    chat.start({ prompt, ...parameters() }, followed?.asked.prompt);
    follow(null);
  }

  /** What goes with the question. */
  function parameters() {
    /** @type {Record<string, string>} */
    const given = {};
    const database = chosenDatabase();
    if (database === PASTED) {
      if (tables.value.trim()) given.schema_ddl = tables.value;
    } else if (database) given.database = database;
    if (choices.dialect && (!database || database === PASTED)) given.database_type = choices.dialect;
    if (choices.provider) given.provider = choices.provider;
    if (choices.model.trim()) given.model = choices.model.trim();
    if (followed) given.existing_sql = currentSql(followed);
    return given;
  }

  /** The database chosen, if it is still there; else the first one, as a newcomer wants it. */
  function chosenDatabase() {
    const known = databases();
    if (choices.database !== null && [...known.map(({ name }) => name), '', PASTED].includes(choices.database)) {
      return choices.database;
    }
    return known.some(({ name }) => name === 'default') ? 'default' : (known[0]?.name ?? '');
  }

  /** @returns {{ name: string, dialect: string }[]} */
  function databases() {
    return chat.known.page?.databases ?? [];
  }

  function draw() {
    const database = chosenDatabase();
    const known = databases();
    const ofDatabase = known.find(({ name }) => name === database);
    /** @type {[string, string][]} */
    const about = known.map(({ name }) => [name, name]);
    if (!known.some(({ name }) => name === 'default')) about.push(['', t('no_tables')]);
    about.push([PASTED, t('pasted_tables')]);
    const byDefault = dialectName(chat.known.page?.default_dialect);
    /** @type {[string, string][]} */
    const dialects = ofDatabase
      ? [['', t('dialect_of_database', dialectName(ofDatabase.dialect))]]
      : [['', t('dialect_default', byDefault)], ...DIALECTS];
    const dialect = choice(dialects, ofDatabase ? '' : choices.dialect, (value) => set({ dialect: value }));
    dialect.disabled = Boolean(ofDatabase);
    const usual = chat.labelOf(chat.known.page?.default_provider ?? '');
    const provider = choice([['', t('provider_default', usual)], ...chat.providers()], choices.provider, (value) =>
      set({ provider: value, model: '' }),
    );
    const model = h('input', {
      value: choices.model,
      placeholder: t('model_default'),
      autocomplete: 'off',
      oninput: () => {
        choices.model = model.value;
        keepChoices();
      },
    });
    const list = h('datalist', { id: 'models' });
    // A provider that does not answer offers what is known of it.
    chat.fillModels(choices.provider || chat.known.page?.default_provider || '', list).catch(() => {});
    model.setAttribute('list', list.id);
    options.replaceChildren(
      field(
        t('about_what'),
        choice(about, database, (value) => set({ database: value })),
      ),
      field(t('dialect'), dialect),
      field(t('provider'), provider),
      field(t('model'), model),
      list,
    );
    tablesField.hidden = database !== PASTED;
    goes.replaceChildren(...chat.whatLeaves(choices.provider || chat.known.page?.default_provider));
  }

  /** @param {Partial<Choices>} change */
  function set(change) {
    Object.assign(choices, change);
    keepChoices();
    keepingFocus(options, draw);
  }

  /** @param {Turn | null} turn */
  function follow(turn) {
    followed = turn;
    chip.hidden = !turn;
    if (!turn) return;
    chip.replaceChildren(
      h('span', { text: `${t('follows')} ${turn.asked.prompt}` }),
      button(
        t('follow_off'),
        () => {
          follow(null);
          box.focus();
        },
        { 'data-leaves': true },
      ),
    );
    box.focus();
  }

  draw();
  return {
    form,
    draw,
    follow,
    /** @param {string} text */
    suggest(text) {
      box.value = chat.draft = text;
      box.focus();
    },
    focus: () => box.focus(),
  };
}
