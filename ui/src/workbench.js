/**
 * The SQL of an answer with what can be done with it: copied, changed and checked again, run, gone on from.
 * @param {Turn} turn
 * @param {Chat} chat
 */
function workbench(turn, chat) {
  const bench = h('div', { class: 'bench' });
  const below = h('div', { class: 'below' });

  const show = () => {
    const tools = actions(
      copyButton(t('copy_sql'), () => currentSql(turn)),
      button(t('edit'), edit),
      chat.stages(turn).length > 0 && button(t('run'), () => below.replaceChildren(runPanel(turn, chat, below))),
      button(t('follow'), () => chat.follow(turn)),
    );
    if (turn.edited !== undefined) {
      tools.append(
        h('span', { class: 'note', text: t('changed') }),
        button(t('as_answered'), () => {
          delete turn.edited;
          chat.changed(turn);
        }),
      );
    }
    bench.replaceChildren(sqlBlock(currentSql(turn)), tools, below);
  };

  const edit = () => {
    const sql = currentSql(turn);
    const area = h('textarea', {
      class: 'code',
      rows: Math.min(20, sql.split('\n').length + 2),
      spellcheck: 'false',
      value: sql,
    });
    const told = h('div', { role: 'status' });
    const test = button(t('check'), async () => {
      told.replaceChildren(message('note', t('checking')));
      try {
        const pairs = await chat.ask('ai.check', { sql: area.value, ...chat.tablesOf(turn) });
        turn.edited = pairs.pretty_sql || area.value;
        area.value = turn.edited;
        told.replaceChildren(
          message('good', t(pairs.explained === 'true' ? 'passed_database' : 'passed')),
          ...remarks(pairs),
          actions(
            button(t('close'), () => {
              chat.changed(turn);
            }),
          ),
        );
      } catch (error) {
        told.replaceChildren(problem(t('not_passed'), error));
      }
    });
    const leave = button(t('cancel'), () => chat.changed(turn), LEAVES);
    bench.replaceChildren(field(t('edit_title'), area), actions(test, leave), told);
    area.focus();
  };

  show();
  return bench;
}

/** What will run and where, and then its rows. @param {Turn} turn @param {Chat} chat @param {HTMLElement} place */
function runPanel(turn, chat, place) {
  const stages = chat.stages(turn);
  const sql = currentSql(turn);
  const preview = chat.known.page?.preview || {};
  let database = stages[0];
  const title = h('h4', { text: t('run_title', database) });
  const where = choice(
    stages.map((name) => [name, name]),
    database,
    (name) => {
      database = name;
      title.textContent = t('run_title', name);
    },
  );
  const told = h('div', { role: 'status' });
  const go = button(
    t('run_now'),
    async () => {
      told.replaceChildren(message('note', t('running')));
      const started = performance.now();
      try {
        const pairs = await chat.ask('ai.preview', { sql, database });
        const result = resultOf(pairs, performance.now() - started);
        place.replaceChildren(resultView(result));
        /** @type {HTMLElement | null} */ (place.querySelector('[tabindex], button'))?.focus();
      } catch (error) {
        told.replaceChildren(problem(t('run_failed'), error));
      }
    },
    { class: 'main' },
  );
  const leave = button(
    t('cancel'),
    () => {
      place.replaceChildren();
      place.previousElementSibling?.querySelector('button')?.focus();
    },
    LEAVES,
  );
  return h(
    'section',
    { class: 'panel' },
    title,
    stages.length > 1 && field(t('run_on'), where),
    sqlBlock(sql),
    h('p', { class: 'hint', text: t('run_note', preview.max_rows, preview.timeout_seconds) }),
    actions(go, leave),
    told,
  );
}
