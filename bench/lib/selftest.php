<?php
// Shows that the load generator sees what it is there to see.
declare(strict_types=1);

// A yardstick that errs on purpose, and the counter that must tell. Returns whether it did.
function sees(string $counter, array $arguments, array $load, string $out, array $cores): bool
{
    $row = ['mode' => 'closed', 'load' => [
        'clients' => 20, 'senders' => 3, 'window' => 12, 'warmup' => 0, 'seconds' => 0.5,
    ] + $load];
    $command = fn ($port) => ["$out/yardstick-faults", (string) $port, ...$arguments];
    $run = run_once(['command' => $command], $row, $out, $cores);
    $seen = array_keys(array_filter(array_intersect_key($run, array_flip(ERROR_KEYS))));
    if (str_ends_with($run['error'] ?? '', 'were refused')) {
        $seen = ['refused'];
        unset($run['error']);
    }
    $expected = $counter === 'nothing' ? [] : [$counter];
    $right = !isset($run['error']) && $seen === $expected;
    printf("%s %s%s: saw %s\n", $right ? 'ok    ' : 'FAILED', $counter,
        $load === [] ? '' : ', with ' . array_key_first($load),
        $run['error'] ?? (implode(', ', $seen) ?: 'nothing'));
    return $right;
}

function selftest(string $out, array $cores): int
{
    $faults = [
        'nothing' => [], 'lost' => ['--drop-every', '100'],
        'misordered' => ['--swap-every', '100'],
        'dup' => ['--dup-every', '100'], 'echoes' => ['--echo-every', '100'],
    ];
    $reason = make_certificate($out);
    if ($reason !== null) {
        fwrite(STDERR, "$reason\n");
        return 1;
    }
    $tls = ['--certificate', "$out/certificate.pem"];
    $deflate = ['--speak', 'deflate'];
    $json = ['deflate' => true, 'json' => true, 'size' => 1024];
    $right = true;
    foreach ($faults as $counter => $arguments) {
        $right = sees($counter, $arguments, [], $out, $cores) && $right;
        $right = sees($counter, [...$arguments, ...$tls], ['tls' => true], $out, $cores) && $right;
        $right = sees($counter, [...$arguments, ...$deflate], $json, $out, $cores) && $right;
    }
    $change = ['--change-every', '100', ...$deflate];
    $right = sees('malformed', $change, $json, $out, $cores) && $right;
    // who compresses nothing has not agreed to
    $right = sees('refused', [], $json, $out, $cores) && $right;
    return $right ? 0 : 1;
}
