--TEST--
D91 K20: exit() in any callback keeps its status, die() prints, sockets are closed, shutdown functions run
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/tour.inc';
$scripts = [];
foreach (callbacks() as $i => $callback) {
    foreach (["exit(10 + $i)", 'die("last words")'] as $end) {
        $scripts["$callback $end"] = <<<PHP
            require 'TOUR';
            register_shutdown_function(function () { global \$tour; echo ', shutdown, ', \$tour->isGone() ? 'gone' : 'still there'; });
            \$tour = new Tour('$callback', function () { $end; });
            \$tour->run();
            echo 'unreached';
            PHP;
    }
}
foreach (other_phps(str_replace('TOUR', __DIR__ . '/../inc/tour.inc', $scripts)) as $name => [$output, $status]) {
    echo "$name: $status ", str_replace("\n", '', $output), "\n";
}
?>
--EXPECT--
onHandshake exit(10 + 0): 10 , shutdown, gone
onHandshake die("last words"): 0 last words, shutdown, gone
onOpen exit(10 + 1): 11 , shutdown, gone
onOpen die("last words"): 0 last words, shutdown, gone
onMessage exit(10 + 2): 12 , shutdown, gone
onMessage die("last words"): 0 last words, shutdown, gone
onSignal exit(10 + 3): 13 , shutdown, gone
onSignal die("last words"): 0 last words, shutdown, gone
onText exit(10 + 4): 14 , shutdown, gone
onText die("last words"): 0 last words, shutdown, gone
onBinary exit(10 + 5): 15 , shutdown, gone
onBinary die("last words"): 0 last words, shutdown, gone
onJoin exit(10 + 6): 16 , shutdown, gone
onJoin die("last words"): 0 last words, shutdown, gone
onLeave exit(10 + 7): 17 , shutdown, gone
onLeave die("last words"): 0 last words, shutdown, gone
onOnline exit(10 + 8): 18 , shutdown, gone
onOnline die("last words"): 0 last words, shutdown, gone
onOffline exit(10 + 9): 19 , shutdown, gone
onOffline die("last words"): 0 last words, shutdown, gone
onClose exit(10 + 10): 20 , shutdown, gone
onClose die("last words"): 0 last words, shutdown, gone
onRequest exit(10 + 11): 21 , shutdown, gone
onRequest die("last words"): 0 last words, shutdown, gone
onError exit(10 + 12): 22 , shutdown, gone
onError die("last words"): 0 last words, shutdown, gone
onStart exit(10 + 13): 23 , shutdown, gone
onStart die("last words"): 0 last words, shutdown, gone
onStop exit(10 + 14): 24 , shutdown, gone
onStop die("last words"): 0 last words, shutdown, gone
addFilter exit(10 + 15): 25 , shutdown, gone
addFilter die("last words"): 0 last words, shutdown, gone
every exit(10 + 16): 26 , shutdown, gone
every die("last words"): 0 last words, shutdown, gone
after exit(10 + 17): 27 , shutdown, gone
after die("last words"): 0 last words, shutdown, gone
log exit(10 + 18): 28 , shutdown, gone
log die("last words"): 0 last words, shutdown, gone
