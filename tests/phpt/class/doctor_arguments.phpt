--TEST--
Chatroom::doctor(): a line for each thing it looked at, whatever the arguments are made of
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$socket = stream_socket_server('tcp://127.0.0.1:0');
$taken = stream_socket_get_name($socket, false);
const NOTHING = [];
function wrong(string $url = ANY_PORT, array $options = []): void
{
    foreach (Chatroom::doctor($url, $options) as $line) {
        echo str_starts_with($line, 'error: ') ? str_replace($GLOBALS['taken'], 'TAKEN', $line) . "\n" : '';
    }
}
// literal arrays are not counted, and may stand in memory that cannot be written
$lines = Chatroom::doctor(ANY_PORT);
var_dump(count($lines) >= 6, Chatroom::doctor(ANY_PORT, []) === $lines, Chatroom::doctor(url: ANY_PORT, options: NOTHING) === $lines,
    Chatroom::doctor(ANY_PORT, ['log' => null]) === $lines, Chatroom::doctor(options: array_filter(['log' => null]), url: ANY_PORT) === $lines);
wrong();
wrong(options: ['origins' => ['https://example.com'], 'rate_limit' => [1, 1, 1]]);
wrong("ws://$taken");
wrong('http://127.0.0.1');
wrong(options: ['max_mesage_size' => 1]);
wrong(options: ['max_message_size' => 0]);
wrong('wss://127.0.0.1:0', ['tls' => ['cert' => '/nowhere']]);
wrong('unix:///nowhere/x');
?>
--EXPECT--
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
error: ws://TAKEN/ws cannot be bound: cannot listen on TAKEN: Address already in use.
error: Chatroom::__construct(): Argument #1 ($url) must begin with ws://, wss:// or unix://
error: unknown option "max_mesage_size", did you mean "max_message_size"?
error: option "max_message_size" must be between 1 and 67108864
error: cannot read the certificate /nowhere: No such file or directory
error: unix:///nowhere/x cannot be bound: cannot listen on unix socket /nowhere/x: No such file or directory.
