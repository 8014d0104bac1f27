<?php
// A run in few lines, for the project's first page; and where a run's tables and picture are kept.
declare(strict_types=1);

// what a row is called there: [row, ours, what it is compared with]
const SUMMARY_ROWS = [
    ['fan100', 'chatroom', '100 clients, 10 senders, W=64, 32 bytes'],
    ['fan1000', 'chatroom', '1,000 clients, 50 senders, W=16, 32 bytes'],
    ['fan10000', 'chatroom', '10,000 clients, 100 senders, W=8, 32 bytes'],
    ['one', 'chatroom', '100 clients, one message at a time, 32 bytes'],
    ['1k', 'chatroom', '100 clients, 10 senders, W=64, 1 KiB'],
    ['16k', 'chatroom', '100 clients, 10 senders, W=64, 16 KiB'],
    ['hooks', 'pass', 'the first again, and a PHP filter sees each message'],
    ['wss', 'wss', 'the first again, over TLS'],
];

/** @return list<string> a table in Markdown: ours, and how many times as much it is as the others */
function summary(array $results): array
{
    $lines = ['| what | deliveries/s | to the yardstick | to Go | to Node | to Workerman |', '|---|--:|--:|--:|--:|--:|'];
    foreach (SUMMARY_ROWS as [$name, $ours, $label]) {
        $runs = $results[$name]['runs'] ?? [];
        if (!isset($runs[$ours]) || failed($runs[$ours])) {
            continue;
        }
        $cells = [$label, thousands(median_of($runs[$ours], 'deliveries_per_s'))];
        foreach (['yardstick', 'go', 'node', 'workerman'] as $other) {
            $cells[] = times(ratio($runs, $ours, $other));
        }
        $lines[] = '| ' . implode(' | ', $cells) . ' |';
    }
    return $lines;
}

// What stands between <!-- NAME --> and <!-- end of NAME --> is this text from now on.
function put_between(string $file, string $name, string $text): bool
{
    $old = (string) file_get_contents($file);
    $begin = "<!-- $name -->\n";
    $from = strpos($old, $begin);
    $to = strpos($old, "<!-- end of $name -->");
    if ($from === false || $to === false || $to < $from) {
        fwrite(STDERR, "$file has no place for $name\n");
        return false;
    }
    file_put_contents($file, substr($old, 0, $from) . $begin . trim($text) . "\n" . substr($old, $to));
    return true;
}

// The tables of a run, its picture and its summary, in the place of the last ones.
function publish(string $root, string $report, array $results): bool
{
    file_put_contents("$root/bench/chart.svg", chart($results));
    return put_between("$root/bench/README.md", 'results', $report)
        && put_between("$root/README.md", 'summary', machine() . "\n\n" . implode("\n", summary($results)));
}
