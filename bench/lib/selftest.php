<?php
// Shows that the load generator sees what it is there to see.
declare(strict_types=1);

function selftest(string $out, array $cores): int
{
    // a yardstick that errs on purpose, and the counter that must tell
    $faults = [
        'nothing' => [], 'lost' => ['--drop-every', '3000'],
        'misordered' => ['--swap-every', '3000'],
        'dup' => ['--dup-every', '3000'], 'echoes' => ['--echo-every', '3000'],
    ];
    $row = ['mode' => 'closed', 'load' => [
        'clients' => 20, 'senders' => 3, 'window' => 12, 'warmup' => 0, 'seconds' => 1,
    ]];
    $status = 0;
    foreach ($faults as $counter => $arguments) {
        $command = fn ($port) => ["$out/yardstick-faults", (string) $port, ...$arguments];
        $run = run_once(['command' => $command], $row, $out, $cores);
        $seen = array_keys(array_filter(array_intersect_key($run, array_flip(ERROR_KEYS))));
        $expected = $counter === 'nothing' ? [] : [$counter];
        $right = !isset($run['error']) && $seen === $expected;
        printf("%s %s: saw %s\n", $right ? 'ok    ' : 'FAILED', $counter,
            $run['error'] ?? (implode(', ', $seen) ?: 'nothing'));
        $status = $right ? $status : 1;
    }
    return $status;
}
