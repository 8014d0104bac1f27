<?php
// A picture of the run: deliveries per second, one bar for each server of the rows that say most.
declare(strict_types=1);

const CHART_BARS = [
    ['fan100', 'yardstick', 'the yardstick: bare C over epoll'],
    ['fan100', 'chatroom', 'chatroom'],
    ['hooks', 'pass', 'chatroom, each message through PHP'],
    ['v1', 'v1', 'chatroom, chatroom.v1'],
    ['wss', 'wss', 'chatroom over TLS'],
    ['fan100', 'go', 'Go, gorilla/websocket'],
    ['fan100', 'node', 'Node, ws'],
    ['fan100', 'workerman', 'PHP, Workerman'],
];

const CHART_STYLE = <<<'CSS'
    .ground { fill: #ffffff }
    text { font: 13px system-ui, sans-serif; fill: #1f2328 }
    .title { font-weight: 600; font-size: 15px }
    .small { font-size: 11px; fill: #59636e }
    .ours { fill: #2f6fdb } .theirs { fill: #b0b8c1 }
    @media (prefers-color-scheme: dark) {
      .ground { fill: #0d1117 }
      text { fill: #e6edf3 } .small { fill: #9198a1 }
      .ours { fill: #4b8bf5 } .theirs { fill: #59636e }
    }
    CSS;

/** @return list<array{string, float, bool}> what stands beside a bar, its deliveries per second, whether it is ours */
function chart_bars(array $results): array
{
    $bars = [];
    foreach (CHART_BARS as [$row, $server, $label]) {
        $runs = $results[$row]['runs'][$server] ?? null;
        if ($runs !== null && !failed($runs)) {
            $bars[] = [$label, median_of($runs, 'deliveries_per_s'), isset(OURS[$server])];
        }
    }
    return $bars;
}

// The chart as SVG, as wide as a README's column; nothing but a sentence when the run has none of the rows.
function chart(array $results): string
{
    $bars = chart_bars($results);
    $left = 270;
    $right = 640;
    $top = 62;
    $most = max(1, ...array_column($bars, 1), ...[0]);
    $lines = [];
    foreach ($bars as $i => [$label, $rate, $is_ours]) {
        $y = $top + 28 * $i;
        $width = max(1, ($right - $left) * $rate / $most);
        $lines[] = sprintf('<text x="%d" y="%d" text-anchor="end">%s</text>', $left - 10, $y + 14, $label);
        $lines[] = sprintf('<rect class="%s" x="%d" y="%d" width="%.1f" height="20" rx="3"/>',
            $is_ours ? 'ours' : 'theirs', $left, $y, $width);
        $lines[] = sprintf('<text x="%.1f" y="%d">%s</text>', $left + $width + 8, $y + 14, chart_number($rate));
    }
    $height = $top + 28 * count($bars) + 14;
    $bars_as_text = implode('; ', array_map(fn ($bar) => "$bar[0]: " . chart_number($bar[1]), $bars));
    return sprintf(<<<'SVG'
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 740 %1$d" width="740" height="%1$d" role="img" aria-label="%2$s">
        <style>
        %3$s
        </style>
        <rect class="ground" width="740" height="%1$d" rx="6"/>
        <text class="title" x="10" y="22">Messages delivered per second, one core</text>
        <text class="small" x="10" y="42">100 clients in a room, 10 of them send, 64 messages under way, 32 bytes of text; nothing lost, doubled or out of order</text>
        %4$s
        </svg>

        SVG, $height, htmlspecialchars("Messages delivered per second. $bars_as_text"), CHART_STYLE, implode("\n", $lines));
}

function chart_number(float $rate): string
{
    return $rate >= 1e6 ? sprintf('%.1f million', $rate / 1e6) : sprintf('%s,000', number_format($rate / 1e3));
}
