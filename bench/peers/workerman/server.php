<?php
// The same exchange on Workerman, in one worker process.

use Workerman\Connection\TcpConnection;
use Workerman\Worker;

// Workerman takes its own command ("start") from the arguments, so ours come from the environment
$vendor = getenv('BENCH_VENDOR');
require "$vendor/autoload.php";

function uuid(): string
{
    $bytes = random_bytes(16);
    $bytes[6] = chr(ord($bytes[6]) & 0x0f | 0x40);
    $bytes[8] = chr(ord($bytes[8]) & 0x3f | 0x80);
    return vsprintf('%s%s-%s-%s-%s-%s%s%s', str_split(bin2hex($bytes), 4));
}

Worker::$pidFile = "$vendor/../worker.pid";
Worker::$logFile = '/dev/null';
TcpConnection::$defaultMaxSendBufferSize = 64 << 20; // it drops messages beyond

$uids = [];
$worker = new Worker('websocket://127.0.0.1:' . getenv('BENCH_PORT'));
$worker->count = 1;
$worker->onConnect = function (TcpConnection $from) use (&$uids): void {
    $uids[$from->id] = uuid();
};
$worker->onClose = function (TcpConnection $from) use (&$uids): void {
    unset($uids[$from->id]);
};
$worker->onMessage = function (TcpConnection $from, string $data) use ($worker, &$uids): void {
    $out = json_encode(['message' => json_decode($data)->message, 'uid' => $uids[$from->id]]);
    foreach ($worker->connections as $client) {
        if ($client !== $from) {
            $client->send($out);
        }
    }
};
Worker::runAll();
