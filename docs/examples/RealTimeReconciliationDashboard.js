// The live page as a React component, for an admin panel of your own. It needs React 18 or newer
// and nothing else; put it where your panel imports it from.
//
//   <RealTimeReconciliationDashboard />
//   <RealTimeReconciliationDashboard server="https://pay.example.co.ke" token={token} />
//
// `token` is a staff token (POST /api/auth/token); without it, what localStorage keeps as "token".
// `server` is where Payment Vault answers; without it, where the page came from. The socket opens
// from another origin too, once WS_ALLOWED_ORIGINS names it; *Queue* calls the API, which browsers
// allow from the same origin only: let your panel's server pass /api/ on.
import { useEffect, useRef, useState } from 'react';

const RECONNECT_MS = 5000;
const HEARTBEAT_MS = 30000;
const LINES_MAX = 50;
const REFUSED = { 4401: 'Sign in again', 4403: 'You may not watch this' };
const COLOURS = { high: '#b91c1c', medium: '#b45309', low: '#1d4ed8' };
const NOTHING = { stats: {}, results: [], alerts: [] };

function told(seen, { type, data }) {
  const first = (rows) => [data, ...rows].slice(0, LINES_MAX);
  if (type === 'reconciliation_stats') return { ...seen, stats: data };
  if (type === 'reconciliation_result') return { ...seen, results: first(seen.results) };
  if (type === 'discrepancy_alert') return { ...seen, alerts: first(seen.alerts) };
  return seen;
}

function useReconciliation(server, token, reconnects) {
  const [seen, setSeen] = useState(NOTHING);
  const [status, setStatus] = useState('Connecting');
  const [said, setSaid] = useState('');
  const [attempt, setAttempt] = useState(0);
  const socket = useRef(null);

  useEffect(() => {
    const address = `${server.replace(/^http/, 'ws')}/ws/real-time-reconciliation`;
    const ws = new WebSocket(`${address}?token=${encodeURIComponent(token)}`);
    let unanswered = 0;
    const beat = setInterval(() => {
      if (unanswered === 2) lost({});
      else if (ws.readyState === WebSocket.OPEN) ws.send('{"type": "ping"}');
      unanswered += 1;
    }, HEARTBEAT_MS);
    function lost({ code }) {
      clearInterval(beat);
      ws.onclose = null;
      ws.close();
      setStatus(REFUSED[code] || 'Disconnected');
    }
    ws.onclose = lost;
    ws.onmessage = (event) => {
      unanswered = 0;
      const message = JSON.parse(event.data);
      if (message.type === 'connected') setStatus('Connected');
      if (message.type === 'connected' || message.type === 'resync') ws.send('{"type": "get_stats"}');
      if (message.type === 'error') setSaid(message.message);
      setSeen((before) => told(before, message));
    };
    socket.current = ws;
    return () => {
      clearInterval(beat);
      ws.onmessage = null;
      ws.onclose = null;
      ws.close();
    };
  }, [server, token, attempt]);

  useEffect(() => {
    if (status !== 'Disconnected' || !reconnects) return undefined;
    const timer = setTimeout(() => {
      setStatus('Connecting');
      setAttempt((before) => before + 1);
    }, RECONNECT_MS);
    return () => clearTimeout(timer);
  }, [status, reconnects]);

  const reconcile = (sessionId) => {
    setSaid('');
    if (status !== 'Connected') setSaid('Not connected');
    else socket.current.send(JSON.stringify({ type: 'reconcile_session', sessionId }));
  };
  const queue = async (ids) => {
    const [path, body] = ids.length > 1
      ? ['bulk', { sessionIds: ids, trigger: 'bulk_manual' }]
      : [`queue/${encodeURIComponent(ids[0])}`, { trigger: 'manual_queue' }];
    try {
      const response = await fetch(`${server}/api/real-time-reconciliation/${path}`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      });
      const answer = await response.json();
      setSaid(answer.success ? `Queued: ${ids.length}` : answer.error);
    } catch (error) {
      setSaid(`Not queued: ${error.message}`);
    }
  };
  return { ...seen, status, said, reconcile, queue };
}

function Statistics({ stats }) {
  const rate = stats.totalProcessed
    ? `${((100 * stats.successfulReconciliations) / stats.totalProcessed).toFixed(1)} %` : 'none yet';
  const figures = [
    ['Total processed', stats.totalProcessed], ['Success rate', rate],
    ['Discrepancies', stats.discrepanciesDetected],
    ['Average processing time', `${stats.averageProcessingTime ?? 0} ms`],
    ['Active', stats.activeReconciliations], ['Queue length', stats.queueLength],
    ['Connected clients', stats.connectedClients],
  ];
  return <dl>{figures.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>;
}

function Alert({ data }) {
  const colour = { color: COLOURS[data.severity] };
  return (
    <li>
      <strong style={colour}>{data.severity}</strong> {data.sessionId}
      <ul>{data.issues.map(({ type, message }) => <li key={type + message}>{type}: {message}</li>)}</ul>
    </li>
  );
}

function Result({ data: { sessionId, status, sessionDetails, reconciliationMetadata, issues } }) {
  return (
    <li>
      <details>
        <summary>{status} {sessionDetails.reference || sessionId}</summary>
        <p>{sessionDetails.client} {sessionDetails.amount} {sessionDetails.transactionId}</p>
        <p>{reconciliationMetadata.trigger}, {reconciliationMetadata.processingTime} ms</p>
        {issues.map(({ type, message }) => <p key={type + message}>{type}: {message}</p>)}
      </details>
    </li>
  );
}

export default function RealTimeReconciliationDashboard({
  server = window.location.origin, token = localStorage.getItem('token'),
}) {
  const [reconnects, setReconnects] = useState(true);
  const [text, setText] = useState('');
  const live = useReconciliation(server, token, reconnects);
  const ids = text.split(/[\s,]+/).filter(Boolean);
  const now = (event) => {
    event.preventDefault();
    live.reconcile(ids[0]);
  };
  return (
    <section>
      <p role="status">{live.status}</p>
      <label>
        <input type="checkbox" checked={reconnects} onChange={(e) => setReconnects(e.target.checked)} />
        Reconnect by itself
      </label>
      <Statistics stats={live.stats} />
      <form onSubmit={now}>
        <label>Session IDs <input value={text} onChange={(e) => setText(e.target.value)} /></label>
        <button disabled={ids.length !== 1}>Reconcile Now</button>
        <button type="button" disabled={!ids.length} onClick={() => live.queue(ids)}>Queue</button>
        <output>{live.said}</output>
      </form>
      <h2>Alerts</h2>
      <ul>{live.alerts.map((data) => <Alert key={data.timestamp + data.sessionId} data={data} />)}</ul>
      <h2>Results</h2>
      <ul>{live.results.map((data) => <Result key={data.id} data={data} />)}</ul>
    </section>
  );
}
