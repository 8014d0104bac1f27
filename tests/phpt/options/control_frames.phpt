--TEST--
D21, D22: 100 pings and pongs in a row and 20 a second are no flood, one more closes with 1008 and counts once
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/limits.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null, 'rate_limit' => null]);
$chat->onText(fn ($client, $text) => $client->sendRaw($text));
$chat->onClose(function ($client, int $code, string $reason): void {
    if ($code === 1008) {
        echo "onClose: $code $reason\n";
    }
});
counting($chat, <<<'PHP'
/* The first frame that is no pong, behind so many control frames in one segment. */
function behind(int $n, int ...$opcodes): string
{
    $ws = connect();
    $ws->together(function () use ($ws, $n, $opcodes) {
        for ($i = 0; $i < $n; $i++) {
            $ws->frame($opcodes[$i % count($opcodes)], "payload $i");
        }
        $ws->text('said after');
    });
    do {
        [$first, $payload] = $ws->raw();
    } while ($first === 0x8a);
    return $first === 0x88 ? unpack('n', $payload)[1] . substr($payload, 2) : $payload;
}
show('pings', behind(100, 9), counters(), behind(101, 9), counters());
show('pongs', behind(100, 10), counters(), behind(101, 10), counters());
show('both', behind(100, 9, 10), counters(), behind(101, 9, 10), behind(1000, 10, 9), counters());

$ws = connect();
for ($i = 0; $i < 130; $i++) { // 90 at once, then 16 a second
    $ws->frame(9, '')->raw();
    usleep($i < 90 ? 0 : 60000);
}
show('the bucket fills again: ' . $ws->text('is still in')->read(), counters());
PHP);
?>
--EXPECT--
onClose: 1008 too many pings and pongs
onClose: 1008 too many pings and pongs
onClose: 1008 too many pings and pongs
onClose: 1008 too many pings and pongs
-- clients --
pings
said after
{}
1008too many pings and pongs
{"control_floods":1}
pongs
said after
{"control_floods":1}
1008too many pings and pongs
{"control_floods":2}
both
said after
{"control_floods":2}
1008too many pings and pongs
1008too many pings and pongs
{"control_floods":4}
the bucket fills again: is still in
{"control_floods":4}
