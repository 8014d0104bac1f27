--TEST--
Option max_fragments: a message of so many frames passes, one more closes with 1008 and counts as a protocol error
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/limits.inc';
refused_values('max_fragments', 0, -1, 1000001, PHP_INT_MAX, '5', 5.5, null, []);
foreach ([1, 2, 5] as $max) {
    $chat = new Chatroom(ANY_PORT, ['log' => null, 'max_fragments' => $max]);
    $chat->onText(fn ($client, $text) => $client->sendRaw(strlen($text) . ' bytes'));
    counting($chat, "\$max = $max;" . <<<'PHP'
    function fragments(int $n, int $opcode = 1): string
    {
        $ws = connect();
        $ws->together(function () use ($ws, $n, $opcode) {
            for ($i = 1; $i <= $n; $i++) {
                $ws->frame($i === 1 ? $opcode : 0, 'x', $i === $n);
                $ws->frame(9, 'between'); // control frames are no fragments
            }
        });
        do {
            [$first, $payload] = $ws->raw();
        } while ($first === 0x8a);
        return $first === 0x88 ? unpack('n', $payload)[1] . substr($payload, 2) : $payload;
    }
    show(fragments($max), counters(), fragments($max + 1), fragments($max + 100), counters(), fragments($max), counters());
    PHP);
}
?>
--EXPECT--
option "max_fragments" must be between 1 and 1000000
option "max_fragments" must be of type int, string given
option "max_fragments" must be of type int, float given
option "max_fragments" must be of type int, null given
option "max_fragments" must be of type int, array given
-- clients --
1 bytes
{}
1008too many fragments
1008too many fragments
{"messages_too_split":2,"protocol_errors":2}
1 bytes
{"messages_too_split":2,"protocol_errors":2}
-- clients --
2 bytes
{}
1008too many fragments
1008too many fragments
{"messages_too_split":2,"protocol_errors":2}
2 bytes
{"messages_too_split":2,"protocol_errors":2}
-- clients --
5 bytes
{}
1008too many fragments
1008too many fragments
{"messages_too_split":2,"protocol_errors":2}
5 bytes
{"messages_too_split":2,"protocol_errors":2}
