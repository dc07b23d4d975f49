#!/bin/sh
# Records SIPp (Debian sip-tester) against itself on the loopback of a private network
# namespace: capture/sipp/*.pcap. Needs root, sipp, tcpdump, unshare, ip.
# usage: record_sipp.sh OUTDIR
set -eu
if [ "${SIMDSIP_RECORDING:-}" != inside ]; then
    SIMDSIP_RECORDING=inside exec unshare --net -- "$0" "$@"
fi
out=$(cd "$1" && pwd)
work=$(mktemp -d)
cd "$work"
export TERM=dumb
ip link set lo up
ip addr add 192.0.2.1/32 dev lo
ip addr add 192.0.2.2/32 dev lo
ip addr add 2001:db8::1/128 dev lo nodad
ip addr add 2001:db8::2/128 dev lo nodad

# record NAME CALLS UAS-ADDRESS UAC-ADDRESS TRANSPORT UAC-SCENARIO UAS-SCENARIO [UAC-OPTION...]
record() {
    name=$1 calls=$2 uas=$3 uac=$4 transport=$5 from=$6 to=$7
    shift 7
    case $uas in *:*) target="[$uas]:5060" ;; *) target="$uas:5060" ;; esac
    tcpdump -i lo -s 0 -U -w "$work/$name.pcap" "port 5060" >/dev/null 2>&1 &
    dump=$!
    sleep 1
    # One socket a call is the caller's affair; then its ports are the kernel's to choose.
    case $transport in ?n) port="-max_socket 64" ;; *) port="-p 5070" ;; esac
    sipp $to -i "$uas" -p 5060 -t "${transport%?}1" -m "$calls" -nostdin >/dev/null 2>&1 &
    server=$!
    sleep 1
    timeout 60 sipp $from "$target" -i "$uac" $port -t "$transport" -m "$calls" -r 4 -d 150 -nostdin "$@" >/dev/null 2>&1 || echo "$name: sipp ended with $?"
    sleep 1
    kill "$server" 2>/dev/null || true
    kill -INT "$dump"
    wait "$dump" || true
    mv "$work/$name.pcap" "$out/$name.pcap"
}

record udp-ipv4 5 192.0.2.1 192.0.2.2 u1 "-sn uac" "-sn uas"
record udp-ipv6 4 2001:db8::1 2001:db8::2 u1 "-sn uac" "-sn uas"
record udp-port-per-call 4 192.0.2.1 192.0.2.2 un "-sn uac" "-sn uas"
record tcp-one-socket 5 192.0.2.1 192.0.2.2 t1 "-sn uac" "-sn uas"
record tcp-socket-per-call 4 192.0.2.1 192.0.2.2 tn "-sn uac" "-sn uas"
record tcp-ipv6 4 2001:db8::1 2001:db8::2 t1 "-sn uac" "-sn uas"
record udp-branches 4 192.0.2.1 192.0.2.2 u1 "-sn branchc" "-sn branchs"
rm -rf "$work"
