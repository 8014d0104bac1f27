<?php
/* The server the foreign clients talk to. Prints its address first. A message
 * that says "close me" has its sender closed, "kick me" kicked. With "deflate"
 * it compresses, and says at the end how many messages were. */

$mode = $argv[1] ?? '';
$chat = new Chatroom('ws://127.0.0.1:0/ws', [
    'rate_limit' => null,
    'compression' => $mode === 'deflate' ? ['threshold' => 0] : false,
]);
$chat->onStart(function (Chatroom $chat): void {
    fwrite(STDOUT, $chat->stats()['listen'][0] . "\n");
});
if ($mode === 'hooks') {
    $chat->addFilter(function (string $text, Chatroom\Client $client): null|string|bool {
        if ($text === 'close me') {
            $client->close(4123, 'as you wish');
            return false;
        }
        if ($text === 'kick me') {
            $client->kick('as you wish');
            return false;
        }
        return null;
    });
}
if ($mode === 'deflate') {
    $chat->onStop(function (Chatroom $chat): void {
        $stats = $chat->stats();
        fwrite(STDOUT, "compressed $stats[messages_compressed_in] $stats[messages_compressed_out]\n");
    });
}
$chat->run();
fwrite(STDOUT, "stopped\n");
