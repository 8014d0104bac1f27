<?php
// What is asked of a row, and what follows from several of its servers together.
//
// A row's goals, each with the number it asks for:
//   a server's name  deliveries/s of the kind of ours that the row is about, to that server's: at least
//   p99              the 99th percentile of its latencies, to the base's: at most
//   deliveries       deliveries/s: at least
//   bytes, cpu_ms    resident bytes per idle client, CPU time of five idle seconds: at most
//   slope            resident bytes that one more idle client takes, from the smallest to the largest number: at most
//   beside           resident bytes per idle client beyond the base's: at most
//   membership       resident bytes of a client in one more room: at most
//   filter_ns        CPU time that a filter adds to a message, beyond a call of its closure: at most
declare(strict_types=1);

function clients_of(array $row, string $server): int
{
    return (int) (($row['loads'][$server] ?? []) + $row['load'])['clients'];
}

/** @return array{float, float}|null bytes of the process and of the kernel that one more idle client takes */
function slope(array $result): ?array
{
    ['row' => $row, 'runs' => $all] = $result;
    $all = array_filter($all, fn ($runs) => !failed($runs));
    if (count($all) < 2) {
        return null;
    }
    $first = array_key_first($all);
    $last = array_key_last($all);
    $clients = clients_of($row, $last) - clients_of($row, $first);
    $total = fn ($server, $key) => median_of($all[$server], $key) * clients_of($row, $server);
    return array_map(fn ($key) => ($total($last, $key) - $total($first, $key)) / $clients,
        ['rss_per_connection', 'kernel_per_connection']);
}

// What a client in a room weighs, of 1,000 in 100 rooms; and a room, of 10,000 instead of 100.
function per_membership(array $all): ?array
{
    foreach (['in-1', 'in-100', 'in-100-small'] as $server) {
        if (!isset($all[$server]) || failed($all[$server])) {
            return null;
        }
        $rss[] = median_of($all[$server], 'rss') - median_of($all[$server], 'rss_before');
    }
    return ['membership' => ($rss[1] - $rss[0]) / 99000, 'room' => ($rss[2] - $rss[1]) / 9900];
}

/** @return array{float, float}|null ns that a message takes more with the filter, and ns of a call of its closure */
function filter_ns(array $result): ?array
{
    ['row' => $row, 'runs' => $all] = $result;
    [$ours, $base] = names($row);
    if (!isset($all[$ours], $all[$base]) || failed($all[$ours]) || failed($all[$base])
        || ($result['call_ns'] ?? []) === []) {
        return null;
    }
    $of = fn (string $server) => median_of($all[$server], 'server_cpu_ns_per_delivery');
    return [$of($ours) - $of($base), median($result['call_ns'])];
}

/** @return list<string> what is to be said under a row's table */
function notes_of(array $result): array
{
    $goals = $result['row']['goals'];
    $notes = [];
    if (isset($goals['membership']) && ($weights = per_membership($result['runs'])) !== null) {
        $notes[] = sprintf('a client in one more room: %.0f bytes; one more room: %.0f bytes',
            $weights['membership'], $weights['room']);
    }
    if (isset($goals['slope']) && ($slope = slope($result)) !== null) {
        $notes[] = sprintf('one more client: %.0f bytes of the process, %.0f of the kernel for both ends', ...$slope);
    }
    if (isset($goals['filter_ns']) && ($ns = filter_ns($result)) !== null) {
        $notes[] = sprintf('a message takes %.0f ns more with the filter; a loop in C calls its closure in %.0f ns', ...$ns);
    }
    return $notes;
}

/** @return array{string, bool}|null what came of one goal that is not a ratio of deliveries/s */
function verdict(string $goal, int|float $wanted, array $result): ?array
{
    ['row' => $row, 'runs' => $all] = $result;
    [$ours, $base] = names($row);
    if (!isset($all[$ours]) || failed($all[$ours])) {
        return null;
    }
    $of = fn (string $key, ?string $server = null) => median_of($all[$server ?? $ours], $key);
    $beside = isset($all[$base]) && !failed($all[$base]);
    [$text, $is] = match ($goal) {
        'bytes' => ['bytes per idle client', $of('rss_per_connection')],
        'cpu_ms' => ['CPU ms of five idle seconds', $of('idle_cpu_ms')],
        'slope' => ['bytes that one more idle client takes', slope($result)[0] ?? null],
        'beside' => ["bytes per idle client beyond $base", $beside
            ? $of('rss_per_connection') - $of('rss_per_connection', $base) : null],
        'membership' => ['bytes per client and room', per_membership($all)[$goal] ?? null],
        'filter_ns' => ['ns of a filter beyond a call of its closure',
            ($ns = filter_ns($result)) === null ? null : $ns[0] - $ns[1]],
    };
    return $is === null ? null : [sprintf('%s: %.0f, at most %d', $text, $is, $wanted), $is <= $wanted];
}

/** @return list<array{string, bool}> that no server by others is faster, or lighter where nothing is said */
function behind_none(array $result): array
{
    ['row' => $row, 'runs' => $all] = $result;
    [$ours] = names($row);
    $verdicts = [];
    if (!isset($all[$ours]) || failed($all[$ours])) {
        return [];
    }
    foreach (array_intersect(PEERS, array_keys($all)) as $peer) {
        if (failed($all[$peer])) {
            continue;
        }
        [$what, $is] = match ($row['mode']) {
            'closed' => ['deliveries/s', ratio($all, $ours, $peer)],
            'open' => ['1/p99', median_of($all[$peer], 'p99_us') / median_of($all[$ours], 'p99_us')],
            'idle' => ['1/bytes', median_of($all[$peer], 'rss_per_connection')
                / median_of($all[$ours], 'rss_per_connection')],
        };
        $verdicts[] = [sprintf('not behind %s: %s %s', $peer, $what, times($is)), $is >= 1];
    }
    return $verdicts;
}

/** @return list<array{string, bool}> what was asked of the row, and whether it holds */
function goals_of(array $result): array
{
    ['row' => $row, 'runs' => $all] = $result;
    $verdicts = [];
    [$ours, $base] = names($row);
    $name = $ours === 'chatroom' ? 'ours' : $ours;
    foreach ($row['goals'] as $goal => $wanted) {
        $there = isset($all[$ours]) && !failed($all[$ours]);
        if ($goal === 'p99') {
            if ($there && isset($all[$base]) && !failed($all[$base])) {
                $is = median_of($all[$ours], 'p99_us') / median_of($all[$base], 'p99_us');
                $verdicts[] = [sprintf('p99 to %s: %s, at most %s', $base, times($is), times($wanted)), $is <= $wanted];
            }
        } elseif ($goal === 'deliveries') {
            if ($there) {
                $is = median_of($all[$ours], 'deliveries_per_s');
                $verdicts[] = [sprintf('deliveries/s: %s, at least %s', thousands($is), thousands($wanted)), $is >= $wanted];
            }
        } elseif (isset($all[$goal])) {
            $is = ratio($all, $ours, $goal);
            if ($is !== null) {
                $text = sprintf('%s to %s: %s, at least %s', $name, $goal, times($is), times((float) $wanted));
                $verdicts[] = [$text, $is >= $wanted];
            }
        } elseif (!in_array($goal, PEERS, true) && ($one = verdict($goal, $wanted, $result)) !== null) {
            $verdicts[] = $one;
        }
    }
    return [...$verdicts, ...behind_none($result)];
}
