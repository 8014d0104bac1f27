<?php
/* The server the foreign clients talk to. Prints its address first. A message
 * that says "close me" has its sender closed, "kick me" kicked. */

$chat = new Chatroom('ws://127.0.0.1:0/ws', ['rate_limit' => null]);
$chat->onStart(function (Chatroom $chat): void {
    fwrite(STDOUT, $chat->stats()['listen'][0] . "\n");
});
if (($argv[1] ?? '') === 'hooks') {
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
$chat->run();
fwrite(STDOUT, "stopped\n");
