<?php
// Child processes that never outlive the run, however it ends.
declare(strict_types=1);

final class Process
{
    /** @var array<int, self> those that run */
    private static array $running = [];

    /** @var resource */
    private $handle;

    /** @var resource its standard output */
    private $stdout;

    private int $pid;

    /** @param list<string> $command */
    public function __construct(array $command, string $log, array $env = [])
    {
        // should this process be killed itself, the kernel ends the children
        $command = ['setpriv', '--pdeathsig', 'KILL', ...$command];
        $files = [['file', '/dev/null', 'r'], ['pipe', 'w'], ['file', $log, 'w']];
        $this->handle = proc_open($command, $files, $pipes, null, $env + getenv());
        $this->stdout = $pipes[1];
        stream_set_blocking($this->stdout, false);
        $this->pid = proc_get_status($this->handle)['pid'];
        self::$running[$this->pid] = $this;
    }

    public static function endAllOnSignals(): void
    {
        pcntl_async_signals(true);
        foreach ([SIGINT, SIGTERM, SIGHUP] as $signal) {
            pcntl_signal($signal, function (int $signal): void {
                self::endAll();
                exit(128 + $signal);
            });
        }
        register_shutdown_function(self::endAll(...));
    }

    public static function endAll(): void
    {
        foreach (self::$running as $process) {
            $process->end();
        }
    }

    public function pid(): int
    {
        return $this->pid;
    }

    public function isRunning(): bool
    {
        return proc_get_status($this->handle)['running'];
    }

    public function waitForPort(int $port, float $seconds): bool
    {
        for ($until = microtime(true) + $seconds; microtime(true) < $until;) {
            $socket = @stream_socket_client("tcp://127.0.0.1:$port", $code, $text, 1);
            if ($socket !== false) {
                fclose($socket);
                return true;
            }
            if (!$this->isRunning()) {
                return false;
            }
            usleep(20_000);
        }
        return false;
    }

    /** All it prints until it ends. Waits with select, so that signals are handled meanwhile. */
    public function output(): string
    {
        $text = '';
        while (!feof($this->stdout)) {
            $read = [$this->stdout];
            $none = [];
            if (@stream_select($read, $none, $none, 1)) {
                $text .= (string) fread($this->stdout, 65536);
            }
        }
        $this->end();
        return $text;
    }

    /** Asks it to end; kills it and its children when it takes more than three seconds. */
    public function end(): void
    {
        if (!isset(self::$running[$this->pid])) {
            return;
        }
        unset(self::$running[$this->pid]);
        $family = self::family($this->pid);
        if ($this->isRunning()) {
            proc_terminate($this->handle, SIGTERM);
        }
        for ($i = 0; $i < 150 && $this->isRunning(); $i++) {
            fread($this->stdout, 65536); // a full pipe would keep it from ending
            usleep(20_000);
        }
        foreach ($family as $pid) {
            posix_kill($pid, SIGKILL);
        }
        fclose($this->stdout);
        proc_close($this->handle);
    }

    /** @return list<int> the process and its descendants, as long as they run */
    private static function family(int $pid): array
    {
        $pids = [];
        $children = (string) @file_get_contents("/proc/$pid/task/$pid/children");
        foreach (explode(' ', $children) as $child) {
            if ($child !== '') {
                array_push($pids, ...self::family((int) $child));
            }
        }
        return is_dir("/proc/$pid") ? [...$pids, $pid] : $pids;
    }
}

/** @param list<string> $command */
function on_core(int $core, array $command): array
{
    return ['taskset', '-c', (string) $core, ...$command];
}

// Below the range from which the kernel takes ports for the load's own connections.
function free_port(): int
{
    for ($try = 0; $try < 100; $try++) {
        $port = random_int(20000, 30000);
        $socket = @stream_socket_server("tcp://127.0.0.1:$port");
        if ($socket !== false) {
            fclose($socket);
            return $port;
        }
    }
    throw new RuntimeException('no free port between 20000 and 30000');
}

// Children inherit it; PHP servers cannot raise it themselves without help.
function raise_file_limit(): void
{
    $hard = posix_getrlimit()['hard openfiles'];
    $hard = is_int($hard) ? $hard : 1048576;
    posix_setrlimit(POSIX_RLIMIT_NOFILE, $hard, $hard);
}

function last_line(string $file): string
{
    $lines = file($file, FILE_IGNORE_NEW_LINES | FILE_SKIP_EMPTY_LINES) ?: ['no reason given'];
    return end($lines);
}
