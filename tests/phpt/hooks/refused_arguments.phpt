--TEST--
D14 D15: what send(), sendRaw(), close() and kick() refuse puts not a byte on the wire; what they take arrives as it was given
--EXTENSIONS--
chatroom
--FILE--
<?php
declare(strict_types=1);
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null]);
$stringable = new class { function __toString(): string { return "\xff"; } };
$wrong = [
    'close' => [...array_map(fn ($reason) => [1000, $reason], [5, 1.5, true, null, [], ['x'], new stdClass, $stringable, STDIN, // D14
            str_repeat('x', 124), str_repeat('x', 70000), "\xff", "a\xc3", str_repeat("\u{e9}", 62)]),
        ...array_map(fn ($code) => [$code], [PHP_INT_MIN, -1, 0, 1, 99, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535, 65536 + 1000, // D15
            4294967296 + 1000, PHP_INT_MAX, '1000', 1000.0, null, [], true])],
    'kick' => [[5], [[]], [new stdClass], [str_repeat('x', 124)], ["\xff"]],
    'send' => [["\xff"], ["a\xed\xa0\x80"], [5], [1.5], [true], [null], [new stdClass], [[]], [['message' => 5]], [['message' => "\xff"]], [['message' => $stringable]]],
    'sendRaw' => [["\xff"], ["\xe2\x82"], [5], [[]], [null], [new stdClass], ['x', 1], ['x', 'binary']],
];
$chat->onText(function (Chatroom\Client $client, string $text) use ($chat, $wrong, $stringable): void {
    if ($text === 'go') {
        $before = $chat->stats()['bytes_out'];
        foreach ($wrong as $method => $calls) {
            $errors = [];
            foreach ($calls as $i => $arguments) {
                try {
                    $client->$method(...$arguments);
                    $errors[] = "$i is accepted";
                } catch (TypeError | ValueError $e) {
                    $errors[] = get_class($e);
                }
            }
            echo "$method: ", count($calls), ' calls, ', json_encode(array_count_values($errors)), "\n";
        }
        foreach (['sendTo' => $client->uid, 'sendToRoom' => 'lobby', 'sendToUser' => 'u', 'broadcast' => null] as $method => $to) {
            foreach (["\xff", ['message' => "\xff"], [], ['message' => 5], ['message' => 'x', 'data' => NAN], ['message' => 'x', 'uid' => 'x']] as $message) {
                try {
                    $chat->$method(...($to === null ? [$message] : [$to, $message]));
                    echo "$method accepts ", json_encode($message, JSON_PARTIAL_OUTPUT_ON_ERROR), "\n";
                } catch (ValueError) {
                }
            }
        }
        var_dump($client->isOpen(), $client->queuedBytes(), $chat->stats()['bytes_out'] - $before);
        $client->sendRaw('all of that was refused');
    } else {
        $n = (int) $text;
        $n % 2 ? $client->kick(str_repeat("\u{e9}", intdiv($n, 2)) . 'x') : $client->close(4999, str_repeat('r', $n));
    }
});
clients($chat, <<<'PHP'
$a = connect();
show($a->text('go')->read());
$a->close();
foreach ([0, 1, 2, 3, 121, 122, 123] as $n) {
    $a = connect();
    [$first, $payload] = $a->text((string) $n)->raw();
    show($n . ': ' . bin2hex(chr($first)) . ' ' . strlen($payload) . ' ' . substr(bin2hex($payload), 0, 8) . ' ' . substr(bin2hex($payload), -6) . ' '
        . bin2hex(count_chars(substr($payload, 2), 3)));
}
PHP);
$chat->run();
?>
--EXPECT--
close: 38 calls, {"TypeError":14,"ValueError":24}
kick: 5 calls, {"TypeError":3,"ValueError":2}
send: 11 calls, {"ValueError":6,"TypeError":5}
sendRaw: 8 calls, {"ValueError":2,"TypeError":6}
bool(true)
int(0)
int(0)
-- clients --
all of that was refused
0: 88 2 1387 1387 
1: 88 3 0fa078 0fa078 78
2: 88 4 13877272 877272 72
3: 88 5 0fa0c3a9 c3a978 78a9c3
121: 88 123 0fa0c3a9 c3a978 78a9c3
122: 88 124 13877272 727272 72
123: 88 125 0fa0c3a9 c3a978 78a9c3
