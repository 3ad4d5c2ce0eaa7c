'use strict';
// The live page: polls /status each second and draws it. Everything is set as text, never as HTML.
const words = {
  en: {
    received: 'received', pending: 'waiting to convert', published: 'converted', quarantined: 'quarantine', resources: 'resources', versions: 'versions stored',
    outbox: 'outbox', unanchored: 'waiting for chain', anchored: 'anchored', lag: 'anchor lag', seconds: 's',
    records: 'Last records', type: 'type', id: 'id', version: 'version', time: 'time', onChain: 'on chain', yes: 'yes', not: 'not yet',
    batches: 'Batches on the chain', first: 'first entry', count: 'entries', state: 'state', transaction: 'transaction', block: 'block', gas: 'gas / entry',
    quarantine: 'Quarantine: waits for a person', place: 'place', reason: 'reason', control: 'control id', source: 'source', none: 'nothing',
    story: 'Between the members', chain: 'chain', contract: 'contract', live: 'live', off: 'no answer from the host', other: '中文',
    problem: 'needs attention', states: {},
  },
  zh: {
    received: '已接收', pending: '待转换', published: '已转换', quarantined: '隔离', resources: '资源', versions: '已存版本',
    outbox: '发件箱', unanchored: '待上链', anchored: '已上链', lag: '上链延迟', seconds: '秒',
    records: '最近记录', type: '类型', id: '标识', version: '版本', time: '时间', onChain: '上链', yes: '是', not: '未',
    batches: '链上批次', first: '首条序号', count: '条数', state: '状态', transaction: '交易', block: '区块', gas: '每条 gas',
    quarantine: '隔离区：等待人工处理', place: '位置', reason: '原因', control: '控制号', source: '来源', none: '无',
    story: '成员之间', chain: '链', contract: '合约', live: '实时', off: '主机无应答', other: 'English',
    problem: '需要处理', states: { planned: '已编号', signed: '已签名', sent: '已发送', mined: '已出块', final: '已确认' },
  },
};
let language = localStorage.getItem('language') || (navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en');
let last = null;
const t = key => words[language][key];

function make(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) element.setAttribute(key, value);
  element.append(...children.filter(child => child !== null && child !== undefined).map(child => child instanceof Node ? child : String(child)));
  return element;
}
const short = hash => hash && hash.length > 14 ? hash.slice(0, 10) + '…' : hash || '';
const clock = time => time ? new Date(time).toLocaleTimeString(language === 'zh' ? 'zh-CN' : 'en-GB') : '';
const code = hash => make('code', { title: hash || '' }, short(hash));

function hop(value, label, kind) {
  return make('li', kind ? { class: kind } : {}, make('b', {}, value), make('span', {}, label));
}
function table(title, columns, rows) {
  const head = make('tr', {}, ...columns.map(([label, kind]) => make('th', kind ? { class: kind } : {}, label)));
  const body = rows.map(cells => make('tr', {}, ...cells.map((cell, i) => make('td', columns[i][1] ? { class: columns[i][1] } : {}, cell ?? ''))));
  return [make('h3', {}, title), rows.length === 0 ? make('p', { class: 'quiet' }, t('none'))
    : make('div', { class: 'scroll', tabindex: '0' }, make('table', {}, make('thead', {}, head), make('tbody', {}, ...body)))];
}
function hospital(h) {
  const lag = h.anchorLagSeconds;
  return make('section', {},
    make('div', { class: 'top' }, make('h2', {}, h.name), make('p', { class: 'quiet' }, [h.fhir, h.mllp && 'mllp ' + h.mllp].filter(Boolean).join(' · '))),
    ...(h.problems || []).map(problem => make('p', { class: 'bad' }, t('problem') + ': ' + problem)),
    make('ol', { class: 'hops' },
      hop(h.hops.received, t('received')),
      h.hops.pending ? hop(h.hops.pending, t('pending'), 'wait') : null,
      hop(h.hops.published, t('published')),
      hop(h.hops.quarantined, t('quarantined'), h.hops.quarantined ? 'bad' : ''),
      hop(h.hops.versions, t('versions')),
      hop(h.hops.anchored, t('anchored')),
      hop(h.hops.unanchored, t('unanchored'), h.hops.unanchored ? 'wait' : ''),
      hop(lag.toFixed(1) + ' ' + t('seconds'), t('lag'), lag > 30 ? 'wait' : '')),
    ...table(t('records'), [[t('time')], [t('type')], [t('id')], [t('version'), 'number'], [t('onChain')]],
      h.records.map(r => [clock(r.time), r.type, code(r.id), r.version, make('span', { class: r.anchored ? 'good' : 'wait' }, r.anchored ? t('yes') : t('not'))])),
    ...table(t('batches'), [[t('first'), 'number'], [t('count'), 'number'], [t('state')], [t('transaction')], [t('block'), 'number'], [t('gas'), 'number']],
      h.batches.map(b => [b.firstSequence, b.count, make('span', { class: b.state === 'final' ? 'good' : 'wait' }, t('states')[b.state] || b.state), code(b.transaction), b.block ?? '', b.gasPerEntry ?? ''])),
    ...table(t('quarantine'), [[t('time')], [t('source')], [t('control')], [t('place')], [t('reason'), 'reason']],
      h.quarantine.map(q => [clock(q.time), q.source, q.controlId || code(q.id), q.place || '', q.reason])));
}
function draw(status) {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  document.getElementById('language').textContent = t('other');
  document.getElementById('live').textContent = t('live');
  document.getElementById('live').className = 'live';
  document.getElementById('chain').textContent = status.chain ? `${t('chain')} ${status.chain.chainId} · ${t('block')} ${status.chain.block} · ${t('contract')} ${status.chain.contract}` : '';
  const story = (status.story || []).length === 0 ? null : make('section', { class: 'wide' }, make('h2', {}, t('story')),
    make('ul', { class: 'story' }, ...status.story.map(s => make('li', { class: s.good ? 'good' : 'bad' }, `${clock(s.time)}  ${language === 'zh' ? s.zh : s.en}`))));
  document.getElementById('main').replaceChildren(...[story, ...status.hospitals.map(hospital)].filter(Boolean));
}
async function poll() {
  try {
    const answer = await fetch('status', { cache: 'no-store' });
    if (!answer.ok) throw new Error(answer.status);
    last = await answer.json();
    draw(last);
  } catch {
    const live = document.getElementById('live');
    live.textContent = t('off');
    live.className = 'live off';
  }
  setTimeout(poll, document.hidden ? 5000 : 1000);
}
document.getElementById('language').addEventListener('click', () => {
  language = language === 'zh' ? 'en' : 'zh';
  localStorage.setItem('language', language);
  if (last) draw(last);
});
poll();
