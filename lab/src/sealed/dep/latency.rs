//! How long a healthy call takes.

use std::{f64::consts::TAU, time::Duration};

use crate::sealed::dependency::Ask;

/// About 25 ms; for six items in a hundred 120 to 160 ms. The same request always takes the same time.
pub(super) fn quote(ask: &Ask) -> Duration {
    let mut random = Random(hash(&ask.id));
    let seconds = if matches!(ask.item % 50, 7 | 21 | 38) {
        0.12 + 0.04 * random.uniform()
    } else {
        // Lognormal, by the transform of Box and Muller (1958).
        let (a, b) = (1.0 - random.uniform(), random.uniform());
        let normal = (-2.0 * a.ln()).sqrt() * (TAU * b).cos();
        (-3.7 + 0.2 * normal).exp().max(0.012)
    };
    Duration::from_secs_f64(seconds)
}

/// 142 to 165 ms.
pub(super) fn order(ask: &Ask) -> Duration {
    Duration::from_secs_f64(0.15 * (0.95 + 0.15 * Random(hash(&ask.id)).uniform()))
}

/// SplitMix64 (Steele, Lea and Flood, 2014).
struct Random(u64);

impl Random {
    /// The next number in 0..1.
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// FNV-1a, 64 bit (Fowler, Noll, Vo).
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted_ms(item: u64) -> Vec<f64> {
        let ask = |n: u32| Ask { item, id: format!("0190a6c2-{n}") };
        let mut ms: Vec<f64> = (0..10_000).map(|n| quote(&ask(n)).as_secs_f64() * 1e3).collect();
        ms.sort_by(f64::total_cmp);
        ms
    }

    #[test]
    fn most_items_take_about_25_ms_and_never_less_than_12() {
        let ms = sorted_ms(1);
        // exp(-3.7) s, and as much times exp(0.2 × 1.645) at the 95th percentile.
        assert!((ms[5_000] - 24.7).abs() < 0.5, "{}", ms[5_000]);
        assert!((ms[9_500] - 34.4).abs() < 1.0, "{}", ms[9_500]);
        assert!(ms[0] >= 12.0 && ms[9_999] < 60.0, "{} {}", ms[0], ms[9_999]);
    }

    #[test]
    fn six_items_in_a_hundred_take_120_to_160_ms() {
        let slow: Vec<u64> = (0..100).filter(|item| sorted_ms(*item)[0] >= 120.0).collect();
        assert_eq!(slow, [7, 21, 38, 57, 71, 88]);
        let ms = sorted_ms(7);
        assert!((ms[5_000] - 140.0).abs() < 1.0 && ms[9_999] <= 160.0, "{} {}", ms[5_000], ms[9_999]);
    }

    #[test]
    fn orders_take_142_to_165_ms() {
        let ask = |n: u32| Ask { item: 1, id: format!("0190a6c2-{n}") };
        let ms: Vec<f64> = (0..10_000).map(|n| order(&ask(n)).as_secs_f64() * 1e3).collect();
        assert!(ms.iter().all(|ms| (142.5..=165.0).contains(ms)));
        let mean = ms.iter().sum::<f64>() / 1e4;
        assert!((mean - 153.75).abs() < 0.5, "{mean}");
    }
}
