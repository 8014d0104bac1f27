--TEST--
D90 K20: what any callback throws is reported once a call, to onError() or as a warning, and others are served after it
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/tour.inc';
$after = <<<'PHP'
show(match ($answer = strtok(http('GET', '/'), "\r")) {
    'HTTP/1.1 404 Not Found', 'HTTP/1.1 500 Internal Server Error' => ' served after it',
    default => " answered $answer",
});
PHP;
foreach (callbacks() as $callback) {
    foreach (['onError', 'a warning'] as $to) {
        $reports = $clients = [];
        $tour = new Tour($callback, fn () => throw new RuntimeException("from $callback"));
        set_error_handler(function (int $level, string $text) use (&$reports) { $reports[] = strtok($text, "\n"); return true; });
        if ($to === 'onError' && $callback !== 'onError') {
            $tour->chat->onError(function (Throwable $e, ?Chatroom\Client $client) use (&$reports, &$clients) {
                $reports[] = $e->getMessage();
                $clients[get_debug_type($client)] = true;
            });
        }
        $tour->run($callback === 'onStop' ? '' : $after);
        set_error_handler(null);
        $once = count($reports) === $tour->calls ? '' : "$tour->calls calls, " . count($reports) . ' reports ';
        echo "$callback: ", $once, implode(' ', array_unique(str_replace(__FILE__, 'FILE', $reports))), ' ', implode(' ', array_keys($clients)),
            count($tour->chat) ? ', somebody is left' : '', "\n";
    }
}
?>
--EXPECT--
served after it
onHandshake: from onHandshake null
 served after it
onHandshake: Chatroom::onHandshake(): Uncaught RuntimeException: from onHandshake in FILE:12 
 served after it
onOpen: from onOpen Chatroom\Client
 served after it
onOpen: Chatroom::onOpen(): Uncaught RuntimeException: from onOpen in FILE:12 
 served after it
onMessage: from onMessage Chatroom\Client
 served after it
onMessage: Chatroom::onMessage(): Uncaught RuntimeException: from onMessage in FILE:12 
 served after it
onSignal: from onSignal Chatroom\Client
 served after it
onSignal: Chatroom::onSignal(): Uncaught RuntimeException: from onSignal in FILE:12 
 served after it
onText: from onText Chatroom\Client
 served after it
onText: Chatroom::onText(): Uncaught RuntimeException: from onText in FILE:12 
 served after it
onBinary: from onBinary Chatroom\Client
 served after it
onBinary: Chatroom::onBinary(): Uncaught RuntimeException: from onBinary in FILE:12 
 served after it
onJoin: from onJoin Chatroom\Client
 served after it
onJoin: Chatroom::onJoin(): Uncaught RuntimeException: from onJoin in FILE:12 
 served after it
onLeave: from onLeave Chatroom\Client
 served after it
onLeave: Chatroom::onLeave(): Uncaught RuntimeException: from onLeave in FILE:12 
 served after it
onOnline: from onOnline null
 served after it
onOnline: Chatroom::onOnline(): Uncaught RuntimeException: from onOnline in FILE:12 
 served after it
onOffline: from onOffline null
 served after it
onOffline: Chatroom::onOffline(): Uncaught RuntimeException: from onOffline in FILE:12 
 served after it
onClose: from onClose Chatroom\Client
 served after it
onClose: Chatroom::onClose(): Uncaught RuntimeException: from onClose in FILE:12 
 served after it
onRequest: from onRequest null
 served after it
onRequest: Chatroom::onRequest(): Uncaught RuntimeException: from onRequest in FILE:12 
 served after it
onError: Chatroom::onError(): Uncaught RuntimeException: from onError in FILE:12 
 served after it
onError: Chatroom::onError(): Uncaught RuntimeException: from onError in FILE:12 
 served after it
onStart: from onStart null
 served after it
onStart: Chatroom::onStart(): Uncaught RuntimeException: from onStart in FILE:12 
onStop: from onStop null
onStop: Chatroom::onStop(): Uncaught RuntimeException: from onStop in FILE:12 
 served after it
addFilter: from addFilter Chatroom\Client
 served after it
addFilter: Chatroom::addFilter(): Uncaught RuntimeException: from addFilter in FILE:12 
 served after it
every: from every null
 served after it
every: Chatroom::every(): Uncaught RuntimeException: from every in FILE:12 
 served after it
after: from after null
 served after it
after: Chatroom::after(): Uncaught RuntimeException: from after in FILE:12 
 served after it
log: from log null
 served after it
log: Chatroom: the log callable: Uncaught RuntimeException: from log in FILE:12
