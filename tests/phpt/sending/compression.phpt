--TEST--
Compression: compressed both ways, mixed with a client that did not ask; small ones and control frames stay plain; counters
--EXTENSIONS--
chatroom
--SKIPIF--
<?php
if (!function_exists("deflate_init")) die("skip the clients need zlib");
?>
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['compression' => ['threshold' => 100], 'log' => null]);
clients($chat, <<<'CLIENTS'
    $offer = ['Sec-WebSocket-Extensions' => 'foo, permessage-deflate; client_max_window_bits'];
    $a = new Ws('/ws', $offer);
    $b = new Ws('/ws', $offer);
    $plain = new Ws('/ws');
    show(preg_match('/^Sec-WebSocket-Extensions: (.*)\r$/m', $a->answer, $found) ? $found[1] : 'none');
    show(str_contains($plain->answer, 'Extensions'));

    $context = deflate_init(ZLIB_ENCODING_RAW);
    $pack = fn (string $text) => substr(deflate_add($context, $text, ZLIB_SYNC_FLUSH), 0, -4);
    $text = str_repeat('Well said. ', 30);
    foreach ([1, 2] as $i) { // the second refers to the first
        $a->frame(0x41, $packed = $pack(json_encode(['message' => "$i $text"])));
        show(strlen($packed) < ($i === 1 ? 60 : 40));
        show($plain->hear() === "$i $text");
        [$first, $payload] = $b->raw();
        show(sprintf('%02x', $first), strlen($payload) < 150);
        $plainly = inflate_add(inflate_init(ZLIB_ENCODING_RAW), "$payload\0\0\xff\xff", ZLIB_SYNC_FLUSH);
        show(json_decode($plainly, true)['message'] === "$i $text");
    }
    $plain->say(str_repeat('s', 30)); // would become smaller, whatever the uid
    [$first, $payload] = $b->raw();
    show(sprintf('%02x', $first), mask($payload));
    $b->frame(9, str_repeat('p', 100));
    [$first, $payload] = $b->raw();
    show(sprintf('%02x', $first), strlen($payload));
    $b->frame(0x41, "\x06\x00");
    show($b->read());
    $a->frame(0x41, substr(gzdeflate(str_repeat("\0", 1 << 20), 9), 0, -1));
    show($a->read(), $a->read());
    $c = new Ws('/ws', ['Sec-WebSocket-Extensions' => 'permessage-deflate; server_max_window_bits=8']);
    show(str_contains($c->answer, 'Extensions'));
    $c->frame(0x41, "\x00");
    show($c->read());
    CLIENTS);
$chat->onStop(function (Chatroom $chat): void {
    $stats = $chat->stats();
    echo "in $stats[messages_compressed_in], out $stats[messages_compressed_out]\n";
    echo $stats['bytes_inflated_in'] > 4 * $stats['bytes_compressed_in'] ? "in less\n" : "in not less\n";
    echo $stats['bytes_inflated_out'] > 4 * $stats['bytes_compressed_out'] ? "out less\n" : "out not less\n";
});
$chat->run();
?>
--EXPECT--
in 2, out 2
in less
out less
-- clients --
permessage-deflate; server_no_context_takeover
false
true
true
c1
true
true
true
true
c1
true
true
81
{"message":"ssssssssssssssssssssssssssssss","uid":"UUID"}
8a
100
close 1007 bad compressed data
{"message":"ssssssssssssssssssssssssssssss","uid":"UUID"}
close 1009 message too big
false
close 1002 protocol error
