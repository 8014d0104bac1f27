<?php
/* What filters can answer: php -d extension=chatroom examples/filter.php [ws://HOST:PORT/PATH] */

$chat = new Chatroom($argv[1] ?? 'ws://127.0.0.1:8080/ws', ['public' => __DIR__ . '/web']);

// Filters run in the order they were added; the first answer that is not "go on" ends the chain.
$chat->addFilter(function (string $text): ?bool {
    return trim($text) === '' ? false : null; // dropped, silently
});

$chat->addFilter(function (string $text): string {
    $words = ['darn' => '****', 'heck' => '****']; // replaced
    return str_ireplace(array_keys($words), array_values($words), $text);
});

$chat->addFilter(function (string $text, Chatroom\Client $client): void {
    $now = microtime(true);
    $last = $client->data['last'] ?? ['text' => '', 'time' => 0.0]; // $client->data is the script's own
    $client->data = ['last' => ['text' => $text, 'time' => $now]];
    if ($last['text'] === $text && $now - $last['time'] < 10) {
        throw new Chatroom\Reject('repeated', 'You have just said that.'); // dropped, and the sender may learn why
    }
});

// what a callback throws is an error of the script, except for a Reject: the message is dropped, the server goes on
$chat->onError(function (Throwable $error, ?Chatroom\Client $client): void {
    fprintf(STDERR, "%s of %s\n", $error->getMessage(), $client?->uid ?? 'nobody');
});

$chat->onStart(function (Chatroom $chat): void {
    $address = $chat->stats()['listen'][0];
    $page = preg_replace('~^ws://([^/]+).*~', 'http://$1/', $address);
    echo "Open $page twice; say \"heck\", say nothing but a space, say the same twice. Ctrl+C stops.\n";
});
$chat->run();
